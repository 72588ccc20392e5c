"""What a kilowatt-hour costs in this home, brought into the ledger."""
