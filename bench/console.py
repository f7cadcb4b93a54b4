"""The operator console over a million leads: how long each page and each search takes, signed in, through the app."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from bench.million import BAD_ENDS, DAYS, RARE_NAME, SOURCES, Filled, fill
from bench.scenarios import Plan
from bench.stand import Stand
from gateway.accounts import Role, sessions
from gateway.app import create_app
from gateway.clock import SystemClock
from gateway.config import parse_config
from gateway.leads.identity import new_id
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.users import Account

TIMES = 40  # of each search in one round; a p95 of fewer says nothing
DEEP = 50  # pages
HOST = "gateway.example"
LIST, FIND = "/console/leads", "/console/find"
_SOURCE = '\n[sources.{}]\nkind = "partner"\ndialer = "main"\nlist_id = "25062018"\n'
_CONFIG = f"""
[gateway]
public_url = "http://{HOST}"
[dialers.main]
url = "http://127.0.0.1:9/"
[dialers.north]
url = "http://127.0.0.1:9/"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One kind of search; `address` makes the n-th of them."""

    name: str
    address: Callable[[int], str]


def console(stand: Stand, plan: Plan) -> dict[str, Any]:
    """Milliseconds of every answer, by what was asked; every answer is checked to be one."""
    database = stand.directory / "console" / "gateway.db"
    database.parent.mkdir()
    url = f"sqlite:///{database}"
    Store.migrate(url)
    began = time.monotonic()
    filled = fill(database, plan.leads)
    print(f"  {filled.leads:,} leads laid in, {time.monotonic() - began:.0f} s", flush=True)
    taken: dict[str, list[float]] = {}
    with signed_in(url, database.parent) as client:
        asked = questions(filled, client)
        for question in asked:
            ask(client, question.address(0))  # what is compiled and opened once
        for _ in range(plan.rounds):
            for question in asked:
                taken.setdefault(question.name, []).extend(
                    ask(client, question.address(n)) for n in range(TIMES)
                )
    for name, each in taken.items():
        print(f"  {name:52} p95 {quantile(each, 0.95):7.1f} ms", flush=True)
    return {"leads": filled.leads, "bytes": database.stat().st_size, "ms": taken}


def questions(filled: Filled, client: FlaskClient) -> list[Question]:
    """What operators ask; numbers, ids and sources change from one to the next."""
    phones, ids, named = filled.phones, filled.ids, filled.lead_ids
    deep = deep_page(client)
    return [
        Question(name="the list", address=lambda _: LIST),
        Question(name=f"the list, page {DEEP}", address=lambda _: deep),
        Question(name="find by phone", address=lambda n: _found(spaced(phones[n % len(phones)]))),
        Question(name="find by a phone nobody has", address=lambda n: _found(f"+91 60000 {n:05d}")),
        Question(name="find by the last four digits", address=lambda n: _found(f"*{phones[n % len(phones)][-4:]}")),
        Question(name="find by Lead ID", address=lambda n: _found(named[n % len(named)])),
        Question(name="find by the gateway's id", address=lambda n: _found(ids[n % len(ids)])),
        Question(name="find by a common name", address=lambda _: _found("asha verma")),
        Question(name="find by a name that one lead has", address=lambda _: _found(RARE_NAME)),
        Question(name="text in what was received", address=lambda n: _listed(text=f"form-{n % 31}")),
        Question(name="text that is nowhere", address=lambda n: _listed(text=f"nowhere-{n}")),
        Question(name="by state", address=lambda n: _listed(state=BAD_ENDS[n % len(BAD_ENDS)][0])),
        Question(name="by source", address=lambda n: _listed(source=SOURCES[n % 8])),
        Question(name="by reason", address=lambda _: _listed(reason="dialer.")),
        Question(name="by day", address=lambda n: _listed(since=f"{n + 2}d", until=f"{n + 1}d")),
        Question(name="by state and source", address=lambda n: _listed(state="rejected", source=SOURCES[n % 8])),
        Question(
            name="by state, source, reason, dialer and weeks",
            address=lambda n: _listed(
                state="rejected", source=SOURCES[n % 8], reason="phone.invalid", dialer="north", since=f"{DAYS}d",
                until=f"{20 + n}d",
            ),
        ),
        Question(name="delivered, of one source and dialer", address=lambda n: _listed(
            state="delivered", source=SOURCES[n % 8], dialer="north", since=f"{DAYS}d", until=f"{n + 1}d")),
        Question(name="what is new, asked every ten seconds", address=lambda n: f"{LIST}/newer?than={ids[-1]}"),
    ]  # fmt: skip


@contextmanager
def signed_in(url: str, directory: Path) -> Iterator[FlaskClient]:
    """A browser of an operator at a gateway that sends nothing."""
    settings = Settings(database_url=url, state_dir=directory, secret_key="x" * 64, deliver=False)
    config = parse_config(_CONFIG + "".join(_SOURCE.format(name) for name in SOURCES), {})
    app = create_app(settings, config)
    services = app.extensions["gateway"]
    now = SystemClock().now()
    account = Account(id=new_id(now), name="omar", role=Role.OPERATOR.value, created_at=now, changed_at=now)
    services.store.console.users.add(account, now=now)
    token = sessions.begin(
        services.store, account, services.config.console, now=now, address="127.0.0.1", user_agent="bench"
    )
    client = app.test_client()
    client.set_cookie("sid", token, domain=HOST)
    try:
        yield client
    finally:
        services.recorder.close()
        services.store.close()


def ask(client: FlaskClient, address: str) -> float:
    """Milliseconds until the whole answer is there."""
    began = time.perf_counter()
    answer = client.get(address, base_url=f"http://{HOST}")
    text = answer.get_data()
    taken = (time.perf_counter() - began) * 1000
    where = answer.headers.get("Location", "")
    led_to_a_lead = answer.status_code == 303 and where.startswith(f"{LIST}/")
    if not led_to_a_lead and (answer.status_code != 200 or not (b"</html>" in text or "newer" in address)):
        raise RuntimeError(f"{address} was answered with {answer.status_code} {where}")
    return taken


def deep_page(client: FlaskClient) -> str:
    """The address of a page far back, found as a person finds it: page by page."""
    address = LIST
    for _ in range(DEEP - 1):
        page = client.get(address, base_url=f"http://{HOST}").text
        before, found, _rest = page.partition('">Older</a>')
        if not found:
            return address
        address = before.rpartition('href="')[2].replace("&amp;", "&")
    return address


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spaced(phone: str) -> str:
    """As somebody reads it out."""
    return f"{phone[:5]} {phone[5:]}"


def _found(typed: str) -> str:
    return f"{FIND}?{urlencode({'q': typed})}"


def _listed(**filters: str) -> str:
    return f"{LIST}?{urlencode(filters)}"
