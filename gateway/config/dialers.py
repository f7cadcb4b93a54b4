"""Reads one `[dialers.NAME]` table."""

from __future__ import annotations

import re

from gateway.config.model import Batching, DialerConfig, OnUnknown
from gateway.config.table import Table
from gateway.config.values import dialer_source, http_url

DIALECTS = ("elision", "vicidial")
METHODS = ("POST", "GET")
URL_FIELDS = ("LeadfromURL", "LeadformURL", "both")
MULTI_ACTIONS = ("add_multi_lead", "add_lead")
PROSPECTS_ID_SIZES = (20, 36)
DEFAULT = DialerConfig(name="", url="")
_SECRET_NAME = re.compile(r"auth|cookie|token|key|secret|pass", re.IGNORECASE)


def read_dialer(table: Table, name: str) -> DialerConfig:
    dialect = table.choice("dialect", DEFAULT.dialect, DIALECTS)
    dialer = DialerConfig(
        name=name,
        url=table.required(
            "url", http_url, example='"http://dialer.example/elision-dialer/elision-api/main.php"'
        ),
        dialect=dialect,
        method=table.choice("method", DEFAULT.method, METHODS),
        parameters=_parameters(table),
        headers=_free_table(table, "headers"),
        source=table.text("source", DEFAULT.source, dialer_source),
        url_field=table.choice("url_field", DEFAULT.url_field, URL_FIELDS),
        multi_action=table.choice("multi_action", DEFAULT.multi_action, MULTI_ACTIONS),
        send_empty=table.flag("send_empty", default=DEFAULT.send_empty),
        prospects_id_max=_prospects_id_max(table),
        connect_timeout=table.seconds("connect_timeout", DEFAULT.connect_timeout, 0.1, 60),
        timeout=table.seconds("timeout", DEFAULT.timeout, 0.5, 300),
        keep_alive=table.seconds("keep_alive", DEFAULT.keep_alive, 0, 600),
        max_concurrency=table.whole("max_concurrency", DEFAULT.max_concurrency, 1, 64),
        max_per_second=table.whole("max_per_second", DEFAULT.max_per_second, 0, 1000),
        batch=Batching(table.choice("batch", DEFAULT.batch, tuple(Batching))),
        batch_max=table.whole("batch_max", DEFAULT.batch_max, 1, 50),
        on_unknown=OnUnknown(table.choice("on_unknown", DEFAULT.on_unknown, tuple(OnUnknown))),
        max_waiting=table.whole("max_waiting", DEFAULT.max_waiting, 0, 100_000),
    )
    _judge_together(table, dialer)
    table.refuse_the_rest()
    return dialer


def _parameters(table: Table) -> dict[str, str]:
    """User and password under the names this dialer wants, and whatever else it wants with every request."""
    parameters = _free_table(table, "parameters")
    user_name = table.text("user_parameter", "user")
    password_name = table.text("password_parameter", "pass")
    if user := table.secret("user"):
        parameters[user_name] = user
    if password := table.secret("password"):
        parameters[password_name] = password
    return parameters


def _free_table(table: Table, name: str) -> dict[str, str]:
    inner = table.table(name)
    return inner.pairs(may_be_secret=lambda key: bool(_SECRET_NAME.search(key))) if inner else {}


def _prospects_id_max(table: Table) -> int:
    size = table.whole("prospects_id_max", DEFAULT.prospects_id_max, 1, 36)
    if size not in PROSPECTS_ID_SIZES:
        table.problem(
            "prospects_id_max", "must be 20, or 36 when the vendor has confirmed that it keeps them all"
        )
        return DEFAULT.prospects_id_max
    return size


def _judge_together(table: Table, dialer: DialerConfig) -> None:
    if dialer.on_unknown is OnUnknown.LOOKUP and dialer.dialect != "vicidial":
        table.problem(
            "on_unknown",
            'can be "lookup" only with dialect = "vicidial": this dialer cannot be asked; use "hold"',
        )
    if dialer.timeout < dialer.connect_timeout:
        table.problem("timeout", "is the whole time of a request, so it must not be below connect_timeout")
    if dialer.dialect == "vicidial" and not {"user", "pass"} <= set(dialer.parameters):
        table.problem("user", 'is missing: VICIdial wants user = "env:…" and password = "env:…"')
