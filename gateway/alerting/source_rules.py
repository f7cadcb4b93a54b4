"""The rules about sources: those who bring leads, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.alerting.finding import Finding, counted, lately, span
from gateway.alerting.situation import Situation
from gateway.leads.lead import State

FETCH = "fetch:"
FOR_A_PERSON = frozenset({"pull.key", "pull.refused"})  # what no waiting mends


def source_silent(situation: Situation) -> Iterator[Finding]:
    for source, last in sorted(situation.facts.silent.items()):
        if source in situation.watched:
            yield situation.finding(
                "source_silent",
                source,
                since=last,
                summary=f"Source {source} has brought no lead for {span(situation.now - last)}, which is unusual at"
                " this hour.",
                next_step=f"Run `gateway send {source} --sample`: when that comes through, the sender has stopped."
                " Look at its delivery log, its secret and the campaign.",
            )


def source_changed(situation: Situation) -> Iterator[Finding]:
    """The fields' names are the sender's words: they stand on the page of the source, not in a message."""
    for source, fields in sorted(situation.facts.changed.items()):
        if source in situation.drifting:
            yield situation.finding(
                "source_changed",
                source,
                summary=f"{counted(fields, 'field')} of source {source} {'has' if fields == 1 else 'have'} gone or"
                " changed lately: leads may lack what agents need.",
                next_step=f"`gateway sources show {source}` names them, each with the line of gateway.toml that reads"
                " it.",
            )


def rejections(situation: Situation) -> Iterator[Finding]:
    for source, bad, came, reason in _shares(situation, "rejections", State.REJECTED):
        yield situation.finding(
            "rejections",
            source,
            leads=bad,
            summary=f"{bad:,} of the last {came:,} leads of source {source} were rejected by the dialer, most of them"
            f" for {reason}.",
            next_step="Look at one of them. What the dialer wants is usually a field or a list of this source in"
            " gateway.toml; correct it, then send them again.",
        )


def quarantine(situation: Situation) -> Iterator[Finding]:
    for source, bad, came, reason in _shares(situation, "quarantine", State.QUARANTINED):
        yield situation.finding(
            "quarantine",
            source,
            leads=bad,
            summary=f"{bad:,} of the last {came:,} enquiries of source {source} were quarantined, most of them for"
            f" {reason}.",
            next_step="spam.… or captcha.…: look whether they are people; if so, loosen that check. cap.daily: its"
            " daily_cap is reached. Anything else: its mapping is wrong: correct `fields`, then"
            f" `gateway leads retry --quarantined --source {source}`.",
        )


def token_refused(situation: Situation) -> Iterator[Finding]:
    """By the platform that is asked for each lead, or by the one that is pulled."""
    codes = {
        hold.scope.removeprefix(FETCH): (hold.code, hold.since)
        for hold in situation.facts.holds
        if hold.scope.startswith(FETCH)
    }
    for pulled in situation.facts.pulled:
        if pulled.source in situation.pulled and pulled.failures and pulled.reason in FOR_A_PERSON:
            codes.setdefault(pulled.source, (pulled.reason, situation.now))
    for source, (code, since) in sorted(codes.items()):
        if source in situation.sources:
            yield situation.finding(
                "token_refused",
                source,
                since=since,
                summary=f"The platform of source {source} refuses our token ({code}): its leads wait there.",
                next_step="Make a new token at the platform, put it where gateway.toml points, and restart. Nothing is"
                " lost: what waits is asked for at once.",
            )


def not_pulled(situation: Situation) -> Iterator[Finding]:
    after = situation.rules["not_pulled"].after or 0.0
    for pulled in situation.facts.pulled:
        behind = situation.now - pulled.covered
        if pulled.source in situation.pulled and behind >= after and pulled.reason not in FOR_A_PERSON:
            why = f" ({pulled.reason})" if pulled.reason else ""
            yield situation.finding(
                "not_pulled",
                pulled.source,
                since=pulled.covered,
                summary=f"Source {pulled.source} was last pulled completely {span(behind)} ago{why}.",
                next_step=f"`gateway pull {pulled.source}` tries at once and says what is wrong.",
            )


def callbacks_given_up(situation: Situation) -> Iterator[Finding]:
    rule = situation.rules["callbacks_given_up"]
    for source, number in sorted(situation.facts.given_up.items()):
        if number >= (rule.at_least or 1):
            yield situation.finding(
                "callbacks_given_up",
                source,
                summary=f"Source {source} has not taken {counted(number, 'callback')} within"
                f" {lately(rule.within or 0.0)}; its leads are all right.",
                next_step=f"`gateway callbacks list --source {source}` shows its answers. When it is mended:"
                f" `gateway callbacks replay --source {source}`.",
            )


def _shares(situation: Situation, name: str, state: State) -> Iterator[tuple[str, int, int, str]]:
    """Sources of which too many leads end in `state`: how many, of how many, mostly why."""
    rule, facts = situation.rules[name], situation.facts
    for source in sorted({each.source for each in facts.aside} & situation.sources):
        found = [each for each in facts.aside if each.source == source and each.state is state]
        bad, came = sum(each.leads for each in found), facts.came.get(source, 0)
        if bad >= (rule.at_least or 1) and came and bad * 100 >= (rule.percent or 0) * came:
            most = max(found, key=lambda each: each.leads)
            yield source, bad, came, most.reason or "no reason that is known"
