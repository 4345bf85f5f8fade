"""Migrations of the database, applied in order."""
