"""Showing results to people: text, charts and documents, in Japanese and English."""
