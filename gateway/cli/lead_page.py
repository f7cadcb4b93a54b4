"""How leads look in a terminal and in JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from gateway.cli.output import clock_time, console, iso_time, plain, state, table
from gateway.leads.consent import Consent
from gateway.leads.lead import LeadStatus
from gateway.store.records import Attempt, CallEntry, Page, Story

BODY_SHOWN = 2000  # characters


def as_data(lead: LeadStatus) -> dict[str, Any]:
    data = asdict(lead)
    return data | {"state": str(lead.state), "received_at": iso_time(lead.received_at)}


def story_as_data(story: Story) -> dict[str, Any]:
    enquiry = None
    if story.enquiry is not None:
        enquiry = asdict(story.enquiry) | {
            "body": story.enquiry.body.decode("utf-8", "replace"),
            "received_at": iso_time(story.enquiry.received_at),
        }
    return {
        "lead": as_data(story.lead),
        "phone": story.phone,
        "fields": dict(story.fields),
        "extra": dict(story.extra),
        "problems": [asdict(problem) for problem in story.problems],
        "attempts": [asdict(attempt) for attempt in story.attempts],
        "consents": [asdict(consent) | {"at": iso_time(consent.at)} for consent in story.consents],
        "calls": [asdict(call) | {"asked_at": iso_time(call.asked_at)} for call in story.calls],
        "enquiry": enquiry,
    }


def print_page(page: Page) -> None:
    out = console()
    if not page.leads:
        out.print("No such lead.")
        return
    rows = [
        (
            lead.id,
            clock_time(lead.received_at),
            plain(lead.source),
            state(lead.state),
            plain(lead.dialer_lead_id),
            plain(lead.reason_code),
        )
        for lead in page.leads
    ]
    out.print(table(("lead", "received (UTC)", "source", "state", "Lead ID", "reason"), rows))
    if page.after:
        out.print(f"\nMore: --after {page.after}")


def print_story(story: Story) -> None:
    out = console()
    lead = story.lead
    out.print(Text.assemble((lead.id, "bold"), "  ", state(lead.state)))
    _pairs(
        out,
        {
            "received": f"{clock_time(lead.received_at)} UTC from {plain(lead.source)}",
            "number": plain(story.phone),
            "dialer": f"{plain(lead.dialer)}, list {plain(lead.dialer_list_id or lead.list_id)}",
            "Lead ID": plain(lead.dialer_lead_id),
            "repeats": plain(lead.duplicate_of) if lead.duplicate_of else "",
            "reason": f"{lead.reason_code}: {plain(lead.message)}" if lead.reason_code else "",
        },
    )
    _section(out, "Fields", {name: plain(value) for name, value in story.fields.items()})
    _section(out, "Also sent", {plain(name): plain(value) for name, value in story.extra.items()})
    _section(out, "Warnings", {note.field or note.code: plain(note.message) for note in lead.warnings})
    _section(out, "Problems", {each.field or each.code: plain(each.message) for each in story.problems})
    for consent in story.consents:
        _section(out, "Consent", _consent(consent))
    if story.attempts:
        out.print(Text("\nAttempts", style="bold"))
        out.print(
            table(("when (UTC)", "took", "outcome", "answer"), [_attempt(each) for each in story.attempts])
        )
    if story.calls:
        out.print(Text("\nCalls", style="bold"))
        out.print(
            table(("asked (UTC)", "agent", "by", "outcome", "answer"), [_call(each) for each in story.calls])
        )
    if story.enquiry is not None:
        enquiry = story.enquiry
        out.print(Text("\nAs received", style="bold"))
        out.print(Text(f"  {enquiry.method} {plain(enquiry.path)} {plain(enquiry.content_type)}"))
        body = enquiry.body.decode("utf-8", "replace")
        for line in body[:BODY_SHOWN].splitlines():
            out.print(Text(f"  {plain(line)}"))
        if len(body) > BODY_SHOWN:
            out.print(Text(f"  … {len(body) - BODY_SHOWN} more characters; --json shows all"))


def _attempt(attempt: Attempt) -> tuple[str, ...]:
    took = f"{attempt.finished_at - attempt.started_at:.2f} s"
    answer = attempt.response or attempt.message
    return clock_time(attempt.started_at), took, plain(attempt.outcome), plain(answer)[:300]


def _call(call: CallEntry) -> tuple[str, ...]:
    return (
        clock_time(call.asked_at),
        f"{plain(call.agent_user)} ({call.mode})",
        plain(call.asked_by),
        plain(call.outcome),
        plain(call.message)[:300],
    )


def _consent(consent: Consent) -> dict[str, str]:
    """What was shown, word for word, and what the person did."""
    did = {True: "given", False: "not given, or withdrawn", None: "shown as a sentence, without a box"}
    return {
        "text": plain(consent.text),
        "version": f"{plain(consent.version)} ({plain(consent.language)})",
        "person": did[consent.given],
        "when": f"{clock_time(consent.at)} UTC",
        "page": plain(consent.page_url),
        "from": plain(consent.address),
        "browser": plain(consent.user_agent),
    }


def _section(out: Console, title: str, pairs: dict[str, str]) -> None:
    if pairs:
        out.print(Text(f"\n{title}", style="bold"))
        _pairs(out, pairs)


def _pairs(out: Console, pairs: dict[str, str]) -> None:
    shown = {name: value for name, value in pairs.items() if value}
    width = max((len(name) for name in shown), default=0)
    for name, value in shown.items():
        out.print(Text.assemble("  ", (name.ljust(width), "dim"), "  ", value))
