"""Who asks: keys, passwords, sessions, roles, and the record of what was done."""
