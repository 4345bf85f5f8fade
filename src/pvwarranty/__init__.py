"""Solar-plus-storage warranty and performance verifier for Japanese homes."""

__version__ = "0.1.0"
