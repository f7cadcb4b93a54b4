"""Leads as they leave: tables for people, lines of JSON for programs."""
