"""Refuses a test key's request that holds a number which stands for a refusal, as if things were that bad."""

from __future__ import annotations

from gateway.config import SourceConfig
from gateway.leads.lead import Lead, Submission
from gateway.leads.make import make_lead
from gateway.rehearsal import rehearsal_of
from gateway.web.context import services
from gateway.web.errors import Refusal


def refuse(source: SourceConfig, *submissions: Submission) -> None:
    """Raise the first refusal that one of these numbers stands for; nothing is kept then."""
    for submission in submissions:
        lead = make_lead(submission, source, services().config, lead_id="", strict=True)
        rehearsal = rehearsal_of(lead.phone) if isinstance(lead, Lead) else None
        if rehearsal is not None and rehearsal.refusal:
            headers = {"Retry-After": str(rehearsal.retry_after)} if rehearsal.retry_after else {}
            raise Refusal(rehearsal.refusal, headers=headers)
