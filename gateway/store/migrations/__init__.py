"""Alembic: how a database gets to the tables of tables.py, one file per step."""
