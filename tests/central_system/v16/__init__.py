"""OCPP 1.6 on the wire."""
