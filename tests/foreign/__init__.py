"""Servers of others as real processes: what the suite for any contract is proved on."""
