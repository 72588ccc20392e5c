"""The wire: the central system that wallboxes dial in to, and the dialects of OCPP it speaks."""
