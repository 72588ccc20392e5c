"""Acceptance: the lines of the requirements, shown at the wire and on the owner's screen."""
