"""What people did, in plain words, and where what they did it to can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from flask import current_app, url_for

from gateway.accounts import Role
from gateway.store.audit import Deed, Entry
from gateway.web.console.rights import person

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "lead": "leads",
        "source": "sources",
        "dialer": "dialers",
        "key": "API keys",
        "suppression": "do not call",
        "job": "jobs",
        "alert": "alerts",
        "user": "people",
        "session": "sign-ins",
    }
)

# What stands between the name of whoever did it and what it was done to; {x} is of the deed's own details.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "lead.retried": "sent again",
        "lead.resolved": "said what became of",
        "lead.discarded": "discarded",
        "lead.released": "released",
        "lead.edited": "corrected",
        "lead.revealed": "looked at the whole number of",
        "lead.export_started": "began to export leads",
        "lead.exported": "exported leads",
        "lead.read_again": "read again, with the mapping of today,",
        "lead.suppressed": "stopped, because its number must not be called,",
        "lead.number_suppressed": "put on the do-not-call list the number of",
        "lead.withdrawn": "withdrew",
        "lead.taken_back": "took back what was done to",
        "lead.test_sent": "sent a test lead to",
        "lead.erased": "erased",
        "source.tried": "sent a test lead to",
        "source.asked_again": "asked the platform again for what waits of",
        "dialer.paused": "paused the dialer",
        "dialer.resumed": "resumed the dialer",
        "key.created": "made the API key",
        "key.revoked": "ended the API key",
        "key.rotated": "replaced the API key",
        "suppression.added": "added to the do-not-call list",
        "suppression.removed": "removed from the do-not-call list",
        "suppression.imported": "imported do-not-call numbers",
        "suppression.exported": "exported the do-not-call list",
        "job.prepared": "prepared a job",
        "job.started": "started a job",
        "job.cancelled": "cancelled a job",
        "job.finished": "finished a job",
        "alert.acknowledged": "is looking after the alert",
        "alert.tested": "sent a test alert",
        "user.created": "added {name} as {role}",
        "user.role_changed": "changed the role of {name} from {before} to {now}",
        "user.disabled": "disabled {name}",
        "user.enabled": "let {name} in again",
        "user.password_reset": "made a one-time password for {name}",
        "user.password_changed": "changed the password of {name}",
        "user.second_factor_added": "set up the second factor of {name}",
        "user.second_factor_removed": "removed the second factor of {name}",
        "user.signed_out": "signed {name} out",
        "session.started": "signed in with {how}",
        "session.ended": "signed out",
        "session.refused": "tried a wrong password or code for {name}",
        "session.throttled": "tried too often to sign in as {name}",
        "access.refused": "opened a page without the role for it",
    }
)
_TONES = {
    "access.refused": "warn",
    "session.refused": "warn",
    "session.throttled": "bad",
}
# Subject → endpoint, the name of its parameter, and the role it asks for.
_PLACES: Mapping[str, tuple[str, str, Role]] = MappingProxyType(
    {
        "lead": ("console_lead.show", "lead_id", Role.VIEWER),
        "source": ("console_sources.show", "source_name", Role.VIEWER),
        "dialer": ("console_dialers.show", "dialer_name", Role.VIEWER),
        "job": ("console_jobs.show", "job_id", Role.VIEWER),
        "user": ("console_users.show", "user_id", Role.ADMIN),
        "session": ("console_users.show", "user_id", Role.ADMIN),
    }
)
_NAMED = (
    "name",
    "role",
    "before",
    "now",
    "how",
)  # details that the words above may hold; each is our own word


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One entry as the page shows it."""

    entry: Entry
    what: str
    thing: str  # what it was done to; empty where the words say all
    after: str  # the rest of the sentence
    address: str  # where the thing can be looked at; empty: nowhere, or not by this person
    tone: str
    facts: tuple[tuple[str, str], ...]


def told(entry: Entry) -> Told:
    """An entry in words."""
    deed = entry.deed
    words = WORDS.get(deed.action, deed.action.partition(".")[2].replace("_", " ") or deed.action)
    before, named, after = words.partition("{name}")
    by_name = named or deed.subject in ("user", "session")
    return Told(
        entry=entry,
        what=_filled(before, deed.detail).strip(),
        thing=(_filled(named, deed.detail) if by_name else deed.subject_id),
        after=_filled(after, deed.detail),
        address=address_of(deed),
        tone=_TONES.get(deed.action, ""),
        facts=_facts(deed.detail, words),
    )


def address_of(deed: Deed) -> str:
    """Where the thing can be looked at by whoever reads this."""
    if deed.subject == "key" and "source" in deed.detail:  # a key is looked at where its source is
        deed = replace(deed, subject="source", subject_id=str(deed.detail["source"]))
    place = _PLACES.get(deed.subject)
    if place is None or not deed.subject_id or not person().role.covers(place[2]):
        return ""
    endpoint, parameter, _ = place
    if endpoint not in current_app.view_functions:
        return ""
    values: dict[str, Any] = {parameter: deed.subject_id}
    return url_for(endpoint, **values)


def _filled(words: str, detail: Mapping[str, Any]) -> str:
    for name in _NAMED:
        words = words.replace(f"{{{name}}}", str(detail.get(name, "somebody")))
    return words


def _facts(detail: Mapping[str, Any], words: str) -> tuple[tuple[str, str], ...]:
    """What the words have not said, one pair each."""
    return tuple(
        (name.replace("_", " "), _text(value))
        for name, value in detail.items()
        if f"{{{name}}}" not in words and value not in (None, "", [], {})
    )


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)
