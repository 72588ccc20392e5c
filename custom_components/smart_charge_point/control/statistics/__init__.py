"""The ledger's energy and cost by the hour, in Home Assistant's long-term statistics."""
