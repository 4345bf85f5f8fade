"""What all requests go through: limits, identity, problems, conditions; for routes and pages."""
