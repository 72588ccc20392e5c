"""Where demand-side response comes from: what Home Assistant already knows, and an OpenADR server."""
