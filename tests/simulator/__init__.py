"""The simulated wallbox."""
