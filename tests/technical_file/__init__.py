"""The technical file."""
