"""Alembic's scripts: one history for every database."""
