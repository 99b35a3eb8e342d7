"""A second server of the contract, written from `openapi.yaml` alone.

It keeps the profiles core, http, strict, lifecycle and scopes, as a small gateway without roles and users
might. It shares no line, no library and no framework with the project's own server, so that what the
conformance suite asks of it is what the contract says, and not what one server happens to do.
"""
