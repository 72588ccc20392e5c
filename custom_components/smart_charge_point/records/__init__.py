"""What must last: the session ledger."""
