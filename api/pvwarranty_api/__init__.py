"""The service over pvwarranty."""
