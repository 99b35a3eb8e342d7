"""The same few operations in other frameworks, as their users would write them.

Each peer looks bearer keys up by SHA-256, with their scopes, validates requests and answers by types, and
uses SQLAlchemy's ORM where its users would. They share the tables (`tables.py`), and are asked for the same
JSON as the server of this project before anything is timed (`bench.contest.agreement`).

A peer is started as `uvicorn bench.peers.NAME:app` and finds its database in `PEER_DATABASE`.
"""
