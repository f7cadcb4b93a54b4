"""Counts the leads of a batch against quotas of a day or more: the request itself was counted at the door."""

from __future__ import annotations

from flask import g

from gateway.web.limit_rules import rules_of
from gateway.web.limits import limits_of_this_app


def count_rows(rows: int) -> None:
    """All of them or none: a Refusal tells how many still fit."""
    key = g.get("key")
    quotas = tuple(rule for rule in rules_of(g.source, key.limits if key else ()) if rule.counts_leads)
    if rows > 1 and quotas:
        found = limits_of_this_app().check(
            quotas, g.source.name, key=key.public_id if key else "", cost=rows - 1
        )
        g.limit_headers = {
            **g.limit_headers,
            "RateLimit": _newer(g.limit_headers["RateLimit"], found["RateLimit"]),
        }


def _newer(before: str, now: str) -> str:
    """The same rules in the same order, those that were counted again as they stand now."""
    again = {_name(each): each for each in now.split(", ")}
    return ", ".join(again.get(_name(each), each) for each in before.split(", "))


def _name(told: str) -> str:
    return told.partition(";")[0]
