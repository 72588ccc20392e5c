"""A wallbox and its car in software."""
