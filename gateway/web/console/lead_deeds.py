"""What people did with a lead, or with its dialer meanwhile, in words; with the values they changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import orjson

from gateway.store.audit import Entry
from gateway.store.editing import EDIT
from gateway.store.records import Attempt, Story
from gateway.web.console.redaction import Veil
from gateway.web.console.timeline import Detail, Moment

_WORDS = {  # after the actor's name; tone
    "lead.revealed": ("looked at the number", ""),
    "lead.retried": ("sent it again", "calm"),
    "lead.released": ("released it from quarantine", "calm"),
    "lead.read_again": ("had the enquiry read again by today's rules", "calm"),
    "lead.resolved": ("found it in the dialer", "good"),
    "lead.discarded": ("discarded it: it is not to be sent", "bad"),
    "lead.suppressed": ("stopped it: its number must not be called", "bad"),
    "lead.number_suppressed": ("put its number on the do-not-call list", "bad"),
    "lead.withdrawn": ("took the last decision back", "warn"),
    "lead.edited": ("corrected it and sent it again", "calm"),
}
_SEEN = {"queued": "did not let it wait for its next attempt", "held": "had the dialer tried at once"}
_UNDECLARED = {
    "resolve": ("Found in the dialer", "good"),
    "remake": ("Read again by the rules of that day", "calm"),
    "edit": ("Corrected and sent again", "calm"),
    "withdraw": ("The last decision was taken back", "warn"),
}


def moments(log: Sequence[Entry], entries: Mapping[float, Attempt], veil: Veil) -> Iterator[Moment]:
    """One for each deed; an entry of the lead that was written with it gives the values."""
    for entry in log:
        deed = entry.deed
        words, tone = _WORDS.get(deed.action, (deed.action.replace(".", " ").replace("_", " "), ""))
        if deed.action == "lead.retried":
            words = _SEEN.get(str(deed.detail.get("seen", "")), words)
        written = entries.get(entry.at)
        lines = [deed.reason] if deed.reason else []
        before = deed.detail.get("before")
        if isinstance(before, dict) and before.get("message"):
            lines.append(f"It was {before.get('state')} then: {before['message']}")
        if written is not None and written.action == "remake":
            lines.append(f"It became {written.state}.")
        yield Moment(
            at=entry.at,
            title=f"{deed.actor} {words}",
            tone=tone,
            lines=[veil.text(line) for line in lines],
            details=_changes(written, veil),
            kind="deed",
        )


def of_dialer(log: Sequence[Entry]) -> Iterator[Moment]:
    """What was done to the dialer while the lead waited for it."""
    for entry in log:
        deed = entry.deed
        what = deed.action.partition(".")[2].replace("_", " ") or deed.action
        yield Moment(
            at=entry.at,
            title=f"{deed.actor}: dialer {deed.subject_id} {what}",
            tone="warn",
            lines=[deed.reason] if deed.reason else [],
            kind="dialer",
        )


def undeclared(entry: Attempt, veil: Veil) -> Moment:
    """Something that was done where nobody had signed in."""
    title, tone = _UNDECLARED.get(entry.action, (entry.action, ""))
    lines = [entry.message] if entry.message else []
    if entry.action == "remake":
        lines.append(f"It became {entry.state}.")
    return Moment(
        at=entry.started_at,
        title=title,
        tone=tone,
        lines=[veil.text(line) for line in lines],
        details=_changes(entry, veil),
        kind="deed",
    )


def changes_in(entry: Attempt) -> dict[str, tuple[str, str]]:
    """The old and the new value of each field that was corrected."""
    try:
        found = orjson.loads(entry.response or "{}")
    except orjson.JSONDecodeError:
        return {}
    return {str(name): (str(pair[0]), str(pair[1])) for name, pair in found.items()}


def as_of(story: Story, at: float) -> Story:
    """The lead as it was made: what was corrected at `at` or later is undone."""
    edits = [each for each in story.attempts if each.action == EDIT and each.started_at >= at]
    if not edits:
        return story
    fields = dict(story.fields)
    for edit in reversed(edits):
        for name, (old, _new) in changes_in(edit).items():
            fields[name] = old
    fields = {name: value for name, value in fields.items() if value}
    lead = replace(story.lead, list_id=fields.get("list_id", story.lead.list_id))
    return replace(story, fields=fields, lead=lead)


def _changes(entry: Attempt | None, veil: Veil) -> list[Detail]:
    if entry is None or entry.action != EDIT:
        return []
    changes = [
        (name, str(veil.field(name, old)), str(veil.field(name, new)), "")
        for name, (old, new) in changes_in(entry).items()
    ]
    return [Detail(summary=f"What was corrected ({len(changes)})", changes=changes)]
