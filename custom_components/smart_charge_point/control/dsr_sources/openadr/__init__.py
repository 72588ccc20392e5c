"""The OpenADR 3 client: a virtual end node (VEN) that asks a provider's server (VTN) for its events."""
