"""Tests of the sources of demand-side response."""
