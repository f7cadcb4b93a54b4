"""`gateway send`: a lead through the real path, with every step shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import requests
from rich.text import Text

from gateway.cli.failure import Exit, Failure
from gateway.cli.keys import refuse_keyless
from gateway.cli.lead_page import as_data
from gateway.cli.output import as_json, plain, print_json, state
from gateway.cli.output import console as new_console
from gateway.cli.posting import Post, build_post, build_sample
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.cli.wire import send_post
from gateway.config import GatewayConfig, SourceConfig
from gateway.config.doubts import is_loopback
from gateway.config.kinds import KEYED, KINDS
from gateway.leads.lead import LeadStatus, State
from gateway.settings import Settings
from gateway.sources import sampling
from gateway.store import Store
from gateway.store.reading import Search

KEY_LASTS = 300.0  # seconds
BETWEEN_LOOKS = 0.2  # seconds
LONGEST_WAIT = 25.0  # seconds; what a gateway lets a caller wait at most
CLOCKS_DIFFER = 1.0  # seconds between this machine's clock and the gateway's
LONGEST_ANSWER = 200  # characters of what a platform is told
OPEN = (State.QUEUED, State.SENDING)


@click.command()
@click.argument("source")
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
@click.option("--sample", is_flag=True, help="What its platform would send, instead of FIELD=VALUE.")
@click.option(
    "--number",
    type=click.IntRange(0, 99_999),
    help="Of the sample: the same number again is the same lead again. Otherwise it is a new one each time.",
)
@click.option("--yes", is_flag=True, help="Do not ask before a sample goes to a real dialer.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 600),
    default=10,
    show_default=True,
    help="Seconds to wait for the dialer.",
)
@click.option("--url", help="The gateway's address, instead of the one in the settings.")
@click.option("--key", envvar="GATEWAY_KEY", help="An API key; without it one is made and ended afterwards.")
@as_json
@click.pass_context
def send(
    ctx: click.Context,
    source: str,
    *,
    fields: tuple[str, ...],
    sample: bool,
    number: int | None,
    yes: bool,
    wait: float,
    url: str | None,
    key: str | None,
    as_json: bool,
) -> None:
    """Send a lead through the running gateway and show each step.

    It is a real lead: it goes to the dialer. FIELD is what the sender of SOURCE
    would send, such as MobileNo, or contact.phone for a portal. With --sample it
    is what the platform itself would send, signed as the platform signs it.

    Ends with 0 when the dialer has it, 1 when it was refused or still waits,
    3 when the gateway does not answer.
    """
    values = _values(fields, sample=sample)
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    target = _source(config, source)
    base = (url or _own_url(settings)).rstrip("/")
    say = _Steps(quiet=as_json)
    number = int(time.time()) % 100_000 if number is None else number
    if sample and not yes:
        _ask_for_a_real_dialer(config, target, number)
    with opened_store(settings) as store, _api_key(store, config, target, key) as api_key:
        patience = min(wait, LONGEST_WAIT)
        post = (
            build_sample(target, number, wait=patience, key=api_key)
            if sample
            else build_post(target, values, wait=patience, key=api_key)
        )
        began, since = time.monotonic(), time.time() - CLOCKS_DIFFER
        answer, body = _exchange(base, post, say)
        lead_id = _lead_id(body)
        if answer.ok and lead_id is None and (sample or target.kind == "elision"):
            lead_id = _kept_since(store, target, sampling.phone(number) if sample else None, since)
        lead = _follow(store, lead_id, began + wait, say) if lead_id else None
    if as_json:
        told = answer.text if (value := _json(answer)) is None else value
        print_json({"status": answer.status_code, "answer": told, "lead": as_data(lead) if lead else None})
    raise SystemExit(_verdict(lead, body, say))


# -- steps ---------------------------------------------------------------------------------------------------


class _Steps:
    def __init__(self, *, quiet: bool) -> None:
        self._console = None if quiet else new_console()

    def step(self, text: str) -> None:
        if self._console:
            self._console.print(f"→ {text}", markup=False)

    def end(self, lead: LeadStatus) -> None:
        if not self._console:
            return
        self._console.print("\nlead    ", lead.id, "  ", state(lead.state), sep="")
        if lead.duplicate_of:
            self._console.print(f"repeats {lead.duplicate_of}, which is with the dialer or on its way")
            return
        if lead.dialer_lead_id:
            number = Text(plain(lead.dialer_lead_id), style="bold")
            self._console.print(Text(f"dialer  {plain(lead.dialer)}, Lead ID ") + number)
        if lead.reason_code:
            self._console.print(f"reason  {lead.reason_code}: {plain(lead.message)}", markup=False)

    def problems(self, body: dict[str, Any]) -> None:
        if self._console:
            for problem in body.get("errors", []):
                field, message = problem.get("field") or problem.get("pointer", ""), problem.get("detail", "")
                self._console.print(
                    f"  {plain(field)}: {plain(message or problem.get('message'))}", markup=False
                )


def _exchange(base: str, post: Post, say: _Steps) -> tuple[requests.Response, dict[str, Any]]:
    """Send it and tell both steps; the address is shown without its query, where the token stands."""
    say.step(f"{post.method} {base}{post.path}")
    began = time.monotonic()
    answer = send_post(base, post)
    took = time.monotonic() - began
    body = _body(answer)
    say.step(f"{answer.status_code} after {took * 1000:.0f} ms: {_in_words(answer, body)}")
    return answer, body


def _follow(store: Store, lead_id: str, until: float, say: _Steps) -> LeadStatus | None:
    """Where the lead stands, told at each change, until it is at rest or the time is over."""
    told = None
    while True:
        lead = store.status(lead_id)
        if lead is None:
            return None
        if lead.state is not told:
            told = lead.state
            say.step(f"{lead.state}")
        if lead.state not in OPEN or time.monotonic() >= until:
            return lead
        time.sleep(BETWEEN_LOOKS)


def _verdict(lead: LeadStatus | None, body: dict[str, Any], say: _Steps) -> Exit:
    if lead is None:
        say.problems(body)
        return Exit.PROBLEM
    say.end(lead)
    return Exit.DONE if lead.state in (State.DELIVERED, State.DUPLICATE, State.TEST) else Exit.PROBLEM


# -- parts ---------------------------------------------------------------------------------------------------


def _values(fields: tuple[str, ...], *, sample: bool) -> dict[str, str]:
    if sample and fields:
        raise click.UsageError("Give FIELD=VALUE or --sample, not both.")
    if not sample and not fields:
        raise click.UsageError("Give FIELD=VALUE..., or --sample for what its platform would send.")
    return dict(_pair(field) for field in fields)


def _ask_for_a_real_dialer(config: GatewayConfig, source: SourceConfig, number: int) -> None:
    """The number of a sample is invented, yet somebody may have it."""
    names = dict.fromkeys([source.dialer, *(route.dialer for route in source.routes if route.dialer)])
    real = [name for name in names if name in config.dialers and not is_loopback(config.dialers[name].url)]
    if real:
        click.confirm(
            f"The dialer {' or '.join(real)} will get a lead with the number {sampling.phone(number)}, "
            "which may be somebody's. Send it?",
            abort=True,
            err=True,
        )


def _kept_since(store: Store, source: SourceConfig, phone: str | None, since: float) -> str | None:
    """The newest lead of this source: a platform's answer does not name it, nor does the dialer's own.

    A stub has no number yet.
    """
    for each in (phone, None):
        page = store.find(Search(source=source.name, phone=each, since=since), limit=1)
        if page.leads:
            return page.leads[0].id
    return None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{plain(text)} is not FIELD=VALUE", param_hint="FIELD=VALUE")
    return name, value


def _source(config: GatewayConfig, name: str) -> SourceConfig:
    source = config.sources.get(name)
    if source is None:
        raise Failure(
            f"there is no source {plain(name)} in the configuration.",
            next_step=f"choose one of {', '.join(config.sources)}.",
        )
    return source


def _own_url(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - not bound here
    return f"http://{host}:{settings.port}"


@contextmanager
def _api_key(store: Store, config: GatewayConfig, source: SourceConfig, given: str | None) -> Iterator[str]:
    if given or KINDS[source.kind] not in KEYED:
        yield given or ""
        return
    refuse_keyless(config, source.name)
    public_id, text = store.issue_key(source.name, "live", "gateway send", time.time() + KEY_LASTS)
    try:
        yield text
    finally:
        store.revoke_key(public_id, now=time.time())


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except requests.JSONDecodeError:
        return None


def _body(answer: requests.Response) -> dict[str, Any]:
    body = _json(answer)
    return body if isinstance(body, dict) else {}


def _lead_id(body: dict[str, Any]) -> str | None:
    lead = body.get("lead") or next(iter(body.get("leads") or []), None)
    found = lead.get("id") if isinstance(lead, dict) else None
    return found if isinstance(found, str) else None


def _in_words(answer: requests.Response, body: dict[str, Any]) -> str:
    words = [body.get("outcome"), body.get("reason_code"), body.get("detail")]
    told = ", ".join(plain(word) for word in words if word)
    return told or plain(answer.text[:LONGEST_ANSWER].strip()) or "nothing more"
