"""What the house speaks about: frozen facts, without I/O, clocks or OCPP field names."""
