"""Tells enquiries of programs from those of people, without losing a person: no Flask, no SQL."""
