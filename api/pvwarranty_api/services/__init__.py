"""What the service does, for the API and the pages alike; every function checks who asks."""
