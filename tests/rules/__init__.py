"""The rules, held against the regulations minute by minute."""
