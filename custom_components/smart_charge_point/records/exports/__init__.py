"""Exports: what the ledger knows as files that an owner takes along, in the owner's words and units."""
