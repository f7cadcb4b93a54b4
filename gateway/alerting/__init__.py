"""Tells people about trouble: what is an alert, for how long, and who has been told.

Nothing is imported here: the process that sends messages loads nothing else of the gateway.
"""
