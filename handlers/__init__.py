"""One module for each tag of the contract, one function for each operationId.

A handler reads, applies a rule of the domain, writes and replies. It knows no HTTP server and no framework.
"""
