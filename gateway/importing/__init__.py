"""Leads from files: what a partner sends as a table becomes leads, each row once."""
