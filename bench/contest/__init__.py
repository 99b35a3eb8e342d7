"""The server beside its peers: the same work, the same data, the same JSON, in turns."""
