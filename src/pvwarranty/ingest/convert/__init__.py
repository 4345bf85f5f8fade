"""Makers' exports to canonical measurements: files in, one canonical table and its report out."""
