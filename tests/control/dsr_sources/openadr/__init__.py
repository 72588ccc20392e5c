"""Tests of the OpenADR 3 client, against a server of our own."""
