"""Tests of the panel as an owner meets it: in a browser, at a real Home Assistant with a simulated wallbox."""
