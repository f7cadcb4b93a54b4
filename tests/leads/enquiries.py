"""What the tests of the domain send: a source, a configuration and the shortest way from fields to a lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.leads.lead import Lead, Problem, Submission
from gateway.leads.make import make_lead

LEAD_ID = "06AB3CDE4FGH5JKM6NPQ"
CONFIG = GatewayConfig(dialers={"main": DialerConfig(name="main", url="http://127.0.0.1:8100/")}, sources={})


def a_source(**changes: Any) -> SourceConfig:
    return SourceConfig(
        **{"name": "website", "kind": "form", "dialer": "main", "list_id": "25062018"} | changes
    )


def judged(
    fields: Mapping[str, Any],
    *,
    source: SourceConfig | None = None,
    config: GatewayConfig = CONFIG,
    strict: bool = False,
    **submission: Any,
) -> Lead | tuple[Problem, ...]:
    return make_lead(
        Submission(fields=fields, **submission), source or a_source(), config, lead_id=LEAD_ID, strict=strict
    )


def lead_of(fields: Mapping[str, Any], **how: Any) -> Lead:
    """The lead made of `fields` and a phone number, which most tests do not care about."""
    lead = judged({"MobileNo": "9876543210"} | dict(fields), **how)
    assert isinstance(lead, Lead), lead
    return lead


def problems_of(fields: Mapping[str, Any], **how: Any) -> list[tuple[str, str]]:
    problems = judged(fields, **how)
    assert isinstance(problems, tuple), problems
    return [(problem.field, problem.code) for problem in problems]


def warnings_of(lead: Lead) -> list[tuple[str, str]]:
    return [(warning.field, warning.code) for warning in lead.warnings]
