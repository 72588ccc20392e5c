"""Tests of what the panel asks of Home Assistant."""
