"""Clients that do the same things at the same time."""
