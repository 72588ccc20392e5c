"""Tests of what Home Assistant shows: flows, entities, actions, diagnostics."""
