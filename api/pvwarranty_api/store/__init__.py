"""What is kept: rows in a database, files as objects in a folder or an S3-compatible store."""
