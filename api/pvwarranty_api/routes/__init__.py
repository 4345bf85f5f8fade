"""The API, version 1: thin over the services."""
