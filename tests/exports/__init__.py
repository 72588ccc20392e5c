"""Files that owners take along."""
