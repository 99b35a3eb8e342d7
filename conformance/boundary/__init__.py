"""Tries every constraint of every request at its boundary, from the contract alone."""
