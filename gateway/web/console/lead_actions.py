"""What can be done about a lead as it stands now: the buttons, their words and what each asks for first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.leads.lead import State
from gateway.store.deciding import DISCARDED
from gateway.store.editing import EDITABLE
from gateway.web.console.known import Known
from gateway.web.console.lead_sentence import is_spam, waits_for_platform

_DISCARDABLE = frozenset({State.QUEUED, State.HELD, State.UNCONFIRMED, State.QUARANTINED, State.DEAD})
_SOON = 1.0  # seconds; what is due sooner need not be hastened


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A field that is filled in before the button is pressed."""

    name: str
    label: str
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One button; with `asks` or a `warning` it stands behind another one, so that nothing happens by one slip."""

    endpoint: str
    text: str
    button: str = ""  # inside, where it stands behind another
    style: str = "quiet"  # of console.css
    warning: str = ""
    asks: tuple[Ask, ...] = ()

    @property
    def opens(self) -> bool:
        return bool(self.asks or self.warning)


_REASON = Ask(name="reason", label="Why?", hint="It stays with the lead.", required=True)


def actions_for(known: Known, now: float) -> list[Action]:
    """In the order of the page: what most people want first."""
    return [*_forward(known, now), *_edit(known), *_back(known), *_away(known)]


def _forward(known: Known, now: float) -> Iterator[Action]:
    lead, beside = known.story.lead, known.beside
    waits = lead.next_at is not None and lead.next_at > now + _SOON
    if lead.state is State.QUEUED and waits and not beside.taken and beside.hold is None:
        yield Action(endpoint="send", text="Try now", style="")
    elif lead.state is State.HELD:
        told = "One lead is sent to see whether the cause is mended."
        if (beside.hold_scope or "") == "login":
            told += " A wrong login counts: after ten of them the dialer locks its API user for 15 minutes."
        yield Action(endpoint="send", text="Try the dialer now", button="Try it", style="", warning=told)
    elif lead.state is State.UNCONFIRMED:
        asks = (
            Ask(
                name="dialer_lead_id",
                label="Lead ID",
                hint="As the dialer shows it. Leave it empty if it shows none.",
            ),
        )
        yield Action(
            endpoint="resolve", text="It is in the dialer", button="Yes, it is there", style="", asks=asks
        )
        warning = (
            "If the dialer has it after all, this person is called twice. Look there for the number first."
        )
        yield Action(endpoint="send", text="Send again", button="Send it again", warning=warning)
    elif lead.state is State.QUARANTINED:
        yield _release(known)
    elif lead.state in (State.REJECTED, State.DEAD) and known.story.phone:
        yield Action(endpoint="send", text="Send again", style="" if lead.state is State.DEAD else "quiet")


def _release(known: Known) -> Action:
    if waits_for_platform(known):
        return Action(endpoint="send", text="Ask the platform now", style="")
    if known.story.phone:
        text = "It is no spam: send it" if is_spam(known) else "Send it as it is"
        return Action(endpoint="send", text=text, style="")
    return Action(endpoint="send", text="Read it again", style="")


def _edit(known: Known) -> Iterator[Action]:
    lead = known.story.lead
    if lead.state in EDITABLE and not known.beside.taken and lead.source in known.config.sources:
        style = "" if lead.state is State.REJECTED and lead.reason_code != DISCARDED else "quiet"
        yield Action(endpoint="edit", text="Edit and send", style=style)


def _back(known: Known) -> Iterator[Action]:
    lead = known.story.lead
    if lead.state is State.DELIVERED and lead.reason_code == "resolved":
        yield Action(endpoint="withdraw", text="It is not in the dialer after all")
    discarded = any(each.deed.action == "lead.discarded" for each in known.log)
    if lead.state is State.REJECTED and lead.reason_code == DISCARDED and discarded:
        yield Action(endpoint="withdraw", text="Take the discarding back")


def _away(known: Known) -> Iterator[Action]:
    if known.story.lead.state in _DISCARDABLE:
        yield Action(endpoint="discard", text="Discard", button="Discard it", asks=(_REASON,))
    if known.story.phone and not known.beside.suppressed:
        warning = "Nothing is sent to this number any more, from any source."
        yield Action(
            endpoint="suppress",
            text="Never call this number",
            button="Put it on the do-not-call list",
            warning=warning,
            asks=(_REASON,),
        )
