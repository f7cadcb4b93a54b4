"""Says what is wrong in a sentence, what to do about it in another, and where that is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from gateway.dialer.messages import REASONS
from gateway.operating.troubles import Kind, Trouble
from gateway.store.holds import LIST
from gateway.web.console.writing import counted, due, when


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Where to look, or to act."""

    text: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One trouble as it stands on a page."""

    tone: str  # bad | warn
    title: Markup
    next_step: Markup
    links: tuple[Link, ...]


def told(trouble: Trouble) -> Told:
    """The words and the links of one trouble."""
    title, next_step = _WORDS[trouble.kind](trouble)
    return Told(
        tone="bad" if trouble.grave else "warn", title=title, next_step=next_step, links=_links(trouble)
    )


def held_words(code: str) -> str:
    """Why leads are held, for people: the sentence of the reason code."""
    return REASONS.get(code, "") or f"The reason is {code}."


# -- each kind of trouble ------------------------------------------------------------------------------------

_Words = Callable[[Trouble], tuple[Markup, Markup]]


def _nobody(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("No process delivers to {}{}.").format(trouble.dialer, _while_waiting(trouble)),
        Markup(
            "Start <code>gateway serve</code> or <code>gateway worker</code>. Every lead is kept meanwhile."
        ),
    )


def _login(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} refuses our login{}{}.").format(trouble.dialer, _since(trouble), _while_waiting(trouble)),
        Markup(
            "Correct user and password. The next try is {}. Do not hurry it: ten wrong logins lock the dialer's"
            " API user."
        ).format(due(trouble.until)),
    )


def _line(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} refuses every lead{}{}.").format(trouble.dialer, _since(trouble), _while_waiting(trouble)),
        Markup("{} One lead is tried again {}.").format(held_words(trouble.code), due(trouble.until)),
    )


def _away(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} does not answer{}{}.").format(trouble.dialer, _since(trouble), _while_waiting(trouble)),
        Markup(
            "Look at the dialer and the network. There is nothing to do here: it is tried by itself, next {}, and"
            " what waits goes when it is back."
        ).format(due(trouble.until)),
    )


def _stalled(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} has stopped answering{}{}.").format(
            trouble.dialer, _since(trouble), _while_waiting(trouble)
        ),
        Markup("Requests are under way and none comes back. Look at the dialer's load."),
    )


def _list(trouble: Trouble) -> tuple[Markup, Markup]:
    list_id = trouble.scope.removeprefix(LIST)
    leads = counted(trouble.leads, "lead is", "leads are") if trouble.leads else "New leads are"
    if trouble.code == "list.not_found":
        title = Markup("{} held because list {} does not exist at {}.").format(leads, list_id, trouble.dialer)
    else:
        title = Markup("{} held because {} refuses list {}.").format(leads, trouble.dialer, list_id)
    return title, Markup("{} Then release them; one is tried by itself {}.").format(
        held_words(trouble.code), due(trouble.until)
    )


def _token(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("The platform of {} refuses our token{}.").format(trouble.source, _since(trouble)),
        Markup("Renew the token, then release what is held. It is tried again {}.").format(
            due(trouble.until)
        ),
    )


def _backlog(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} for {}, the oldest since {}.").format(
            _wait(trouble.leads), trouble.dialer, when(trouble.since, "minute")
        ),
        Markup(
            "The dialer answers, but takes less than comes in, or says “later”. Look at its rate and its limits."
        ),
    )


def _paused(trouble: Trouble) -> tuple[Markup, Markup]:
    waits = Markup(": {}").format(_wait(trouble.leads)) if trouble.leads else ""
    return (
        Markup("{} was paused by {}, {}{}.").format(
            trouble.dialer, trouble.by, when(trouble.since, "minute"), waits
        ),
        Markup("{}Resume it when that is over: what waits goes at once.").format(
            f"“{trouble.summary}”. " if trouble.summary else ""
        ),
    )


def _unconfirmed(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} sent to {} without a usable answer.").format(
            counted(trouble.leads, "lead was", "leads were"), trouble.dialer
        ),
        Markup("The dialer may have them. Look there, then say of each that it is there, or send it again."),
    )


def _silent(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} has brought no lead since {}.").format(trouble.source, when(trouble.since, "minute")),
        Markup(
            "That is long for it. Send a test from the platform: its webhook may be off, its address or secret"
            " changed, or the campaign over."
        ),
    )


def _gone(trouble: Trouble) -> tuple[Markup, Markup]:
    return (
        Markup("{} for {}, which is not configured any more.").format(_wait(trouble.leads), trouble.dialer),
        Markup("Put [dialers.{}] back into gateway.toml, or discard the leads.").format(trouble.dialer),
    )


def _alert(trouble: Trouble) -> tuple[Markup, Markup]:
    return Markup("{}").format(trouble.summary), Markup("{}").format(trouble.next_step)


_WORDS: Mapping[Kind, _Words] = {
    Kind.NOBODY: _nobody,
    Kind.LOGIN: _login,
    Kind.LINE: _line,
    Kind.AWAY: _away,
    Kind.STALLED: _stalled,
    Kind.LIST: _list,
    Kind.TOKEN: _token,
    Kind.BACKLOG: _backlog,
    Kind.PAUSED: _paused,
    Kind.UNCONFIRMED: _unconfirmed,
    Kind.SILENT: _silent,
    Kind.GONE: _gone,
    Kind.ALERT: _alert,
}
_STATES = {
    Kind.LIST: "held",
    Kind.LOGIN: "held",
    Kind.LINE: "held",
    Kind.UNCONFIRMED: "unconfirmed",
}


def _links(trouble: Trouble) -> tuple[Link, ...]:
    if trouble.kind is Kind.ALERT:
        return (Link(text="Alerts", address=url_for("console_alerts.index")),)
    if trouble.kind is Kind.SILENT:
        return (_source(trouble.source),)
    leads = url_for("console_leads.index", state=_STATES.get(trouble.kind, "queued"), dialer=trouble.dialer)
    found = [Link(text="See the leads", address=leads)] if trouble.leads else []
    if trouble.kind is not Kind.GONE:
        address = url_for("console_dialers.show", dialer_name=trouble.dialer)
        act = {
            Kind.LIST: "Mend and release",
            Kind.LOGIN: "Mend and release",
            Kind.LINE: "Mend and release",
            Kind.PAUSED: "Resume",
            Kind.UNCONFIRMED: "Decide",
        }
        found.insert(0, Link(text=act.get(trouble.kind, f"Look at {trouble.dialer}"), address=address))
    return tuple(found)


def _source(name: str) -> Link:
    return Link(text=f"Look at {name}", address=url_for("console_sources.show", source_name=name))


def _since(trouble: Trouble) -> Markup:
    return Markup(" since {}").format(when(trouble.since, "minute")) if trouble.since else Markup("")


def _while_waiting(trouble: Trouble) -> str:
    return f"; {_wait(trouble.leads)}" if trouble.leads else ""


def _wait(leads: int) -> str:
    return counted(leads, "lead waits", "leads wait")
