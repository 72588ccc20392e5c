"""Tests of Home Assistant as a process of its own, which can be killed."""
