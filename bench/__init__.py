"""Benchmarks: this server beside its peers, and beside itself of yesterday."""
