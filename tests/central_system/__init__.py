"""The wire, without Home Assistant."""
