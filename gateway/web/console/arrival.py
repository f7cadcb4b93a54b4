"""How a lead came: received, made, repeated, routed, agreed to; one moment each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gateway.accounts import Role
from gateway.leads.lead import State
from gateway.operating.retelling import Chosen, changes_of, chosen_by
from gateway.store.records import Attempt, Story
from gateway.web.console import lead_deeds, received
from gateway.web.console.known import Known
from gateway.web.console.rights import may
from gateway.web.console.timeline import Detail, Link, Moment

_FIRST, _SECOND, _THIRD, _FOURTH = range(-4, 0)  # what happens in one moment, in its order


def moments(known: Known) -> Iterator[Moment]:
    """In no order."""
    yield _received(known)
    yield from _made(known)
    for number in range(len(known.story.consents)):
        yield _consent(known, number)


def _received(known: Known) -> Moment:
    story, enquiry = known.story, known.story.enquiry
    title = f"Received from {story.lead.source}"
    if enquiry is None:
        return Moment(
            at=story.lead.received_at,
            title=title,
            lines=["The enquiry as received is gone."],
            order=_FIRST,
            kind="received",
        )
    where = f"{enquiry.method} {known.veil.text(enquiry.path)}"
    sender = f", from {enquiry.address}" if enquiry.address else ""
    body = received.body_of(enquiry, known.veil)
    details = [Detail(summary=f"What was sent ({len(enquiry.body):,} bytes)", text=body.text, copy=True)]
    if body.cut:
        note = f"{body.cut:,} more characters are not shown. The whole of it: gateway leads show {story.lead.id} --json"
        details = [Detail(summary=details[0].summary, text=body.text, note=note)]
    pairs = [*received.query_of(enquiry, known.veil), *received.headers_of(enquiry, known.veil)]
    if pairs:
        details.append(Detail(summary="Headers and address that were kept", pairs=received.texts(pairs)))
    if may(Role.OPERATOR):
        details.append(_command(known))
    return Moment(
        at=story.lead.received_at,
        title=title,
        lines=[f"{where}{sender}"],
        details=details,
        order=_FIRST,
        kind="received",
    )


def _command(known: Known) -> Detail:
    enquiry = known.story.enquiry
    assert enquiry is not None  # noqa: S101 - asked before
    if not known.veil.shown:
        note = "The command holds the number. Press “Show the number” first."
        return Detail(summary="Copy as curl", note=note)
    command = received.command_of(enquiry, known.config, known.config.secrets)
    if command.why_not:
        return Detail(summary="Copy as curl", note=command.why_not)
    note = "Sending it makes another lead, or a duplicate of this one."
    if command.signed:
        note += (
            " Its source checks a signature or a login, which is not kept: as it stands it will be refused."
        )
    return Detail(summary="Copy as curl", text=command.text, note=note, copy=True)


def _made(known: Known) -> Iterator[Moment]:
    story, at = known.story, known.story.lead.received_at
    if story.lead.duplicate_of and known.beside.first is not None:
        first = known.beside.first
        yield Moment(
            at=at,
            title="The same person again",
            tone="calm",
            lines=["It is kept and not sent: the first enquiry counts."],
            links=[Link(lead_id=first.id, text=f"The first one, {first.state}")],
            order=_FOURTH,
            kind="duplicate",
        )
    if story.problems:
        spam = story.problems[0].code.startswith(("spam.", "captcha."))
        yield Moment(
            at=at,
            title="It looks like spam" if spam else "No lead could be made of it",
            tone="warn",
            lines=[_note(each.field, each.message) for each in story.problems],
            order=_THIRD,
            kind="problems",
        )
    made = lead_deeds.as_of(story, at)
    at = next((each.finished_at for each in story.attempts if _made_it(each)), at)
    if made.fields:
        yield replace(_lead_made(known, made), at=at)
        chosen = chosen_by(made, known.config)
        if chosen is not None:
            yield Moment(
                at=at,
                title=f"Goes to list {made.lead.list_id}",
                lines=[_rule(known, chosen)],
                order=_THIRD,
                kind="routed",
            )


def _made_it(entry: Attempt) -> bool:
    """Whether the lead came out of quarantine by this: before it, there was nothing to send."""
    return entry.action in ("fetch", "remake") and entry.state is not State.QUARANTINED


def _lead_made(known: Known, story: Story) -> Moment:
    veil = known.veil
    told = changes_of(story, known.config, known.beside.siblings)
    changes = [
        (
            each.field,
            str(veil.field(each.field, each.before)),
            str(veil.field(each.field, each.after)),
            " ".join(each.reasons),
        )
        for each in told or ()
    ]
    shown = {field for field, *_ in changes}
    lines = [_note(each.field, each.message) for each in story.lead.warnings if each.field not in shown]
    details = (
        [Detail(summary=f"What was changed on the way ({len(changes)})", changes=changes)] if changes else []
    )
    return Moment(
        at=story.lead.received_at,
        title="Made into a lead",
        tone="calm",
        lines=lines or (["Nothing had to be changed."] if told == () else []),
        details=details,
        order=_SECOND,
        kind="made",
    )


def _rule(known: Known, chosen: Chosen) -> str:
    lead = known.story.lead
    if not chosen.same:
        return f"Of dialer {lead.dialer}. The rules of {lead.source} have changed since: today they choose another."
    if chosen.rule is None:
        return f"Of dialer {lead.dialer}: the list of {lead.source} itself{_unmatched(known)}."
    when = " and ".join(f"{name} is {' or '.join(values)}" for name, values in chosen.rule.when.items())
    return (
        f"Of dialer {lead.dialer}: route {chosen.number} of {lead.source}, because {known.veil.text(when)}."
    )


def _unmatched(known: Known) -> str:
    source = known.config.sources.get(known.story.lead.source)
    return "; none of its routes matches" if source is not None and source.routes else ""


def _consent(known: Known, number: int) -> Moment:
    consent = known.story.consents[number]
    title, tone = {
        True: ("The person agreed to be called", "good"),
        False: ("The person did not agree, or wants no more calls", "warn"),
        None: ("The consent was shown as a sentence", ""),
    }[consent.given]
    pairs = [
        ("Text, as shown", consent.text),
        ("Version", f"{consent.version} ({consent.language})"),
        ("Page", consent.page_url),
        ("From", consent.address),
        ("Browser", consent.user_agent),
    ]
    details = [Detail(summary="What was shown, word for word", pairs=known.veil.pairs(pairs))]
    return Moment(at=consent.at, title=title, tone=tone, details=details, order=_SECOND, kind="consent")


def _note(field: str, message: str) -> str:
    return f"{field}: {message}" if field else message
