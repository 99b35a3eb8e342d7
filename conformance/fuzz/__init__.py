"""Schemathesis, driven so that it fails a server that breaks the contract, and no other."""
