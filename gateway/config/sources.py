"""Reads one `[sources.NAME]` table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.config.access import read_auth
from gateway.config.call_tables import read_call_now, read_call_on_arrival
from gateway.config.callback_tables import read_callback
from gateway.config.drop_in_tables import read_lists, usual_phone_check
from gateway.config.field_names import CONSTANTS, TRUSTED, known_field
from gateway.config.form_tables import read_form
from gateway.config.kinds import KINDS
from gateway.config.mapping_table import read_fields
from gateway.config.model import DialerConfig, Route, SourceConfig
from gateway.config.options import read_options
from gateway.config.spam_tables import read_spam
from gateway.config.table import Table, did_you_mean
from gateway.config.values import (
    ValueProblemError,
    duration,
    expression,
    http_url,
    limit,
    list_id,
    origin,
    region,
)

LONGEST_WAIT = 25.0  # seconds; browsers and proxies give up soon after
LONGEST_WINDOW = 90 * 86400.0
HIGHEST_CAP = 10_000_000
DEFAULT = SourceConfig(name="", kind="", dialer="", list_id="")
PHONE_CHECKS = ("possible", "valid", "digits")


def read_source(table: Table, name: str, dialers: Mapping[str, DialerConfig]) -> SourceConfig:
    kind = table.required("kind", _kind, example='"form"')
    source = SourceConfig(
        name=name,
        kind=kind,
        dialer=_dialer(table, dialers),
        list_id=table.value("list_id", "", list_id),
        constants=_constants(table),
        trust=table.texts("trust", lambda value: known_field(value, TRUSTED)),
        wait=table.seconds("wait", DEFAULT.wait, 0, LONGEST_WAIT),
        dedupe=table.value("dedupe", DEFAULT.dedupe, _window),
        dedupe_group=table.text("dedupe_group", None),
        limits=table.texts("limits", limit),
        daily_cap=table.whole("daily_cap", DEFAULT.daily_cap, 0, HIGHEST_CAP),
        routes=tuple(_route(each, dialers) for each in table.tables("routes")),
        phone_check=table.choice("phone_check", usual_phone_check(kind), PHONE_CHECKS),
        region=table.text("region", None, region),
        countries=table.texts("countries", region),
        auth=read_auth(table, kind),
        lists=read_lists(table, kind),
        options=read_options(table, kind),
        fields=read_fields(table),
        records=table.text("records", None, expression),
        key=table.text("key", None, expression),
        allowed_origins=table.texts("allowed_origins", origin),
        allowed_redirects=table.texts("allowed_redirects", http_url),
        thanks_url=table.text("thanks_url", None, http_url),
        consent_text=table.text("consent_text", None),
        consent_version=table.text("consent_version", None),
        consent_required=table.flag("consent_required", default=DEFAULT.consent_required),
        form=read_form(table),
        call_now=read_call_now(table),
        call_on_arrival=read_call_on_arrival(table),
        callback=read_callback(table),
        spam=read_spam(table),
        silence_alarm=table.flag("silence_alarm", default=DEFAULT.silence_alarm),
        drift_alarm=table.flag("drift_alarm", default=DEFAULT.drift_alarm),
    )
    if not table.has("list_id"):
        table.problem(
            "list_id", 'is missing: add the dialer\'s list for these leads, such as list_id = "25062018"'
        )
    table.refuse_the_rest()
    return source


# -- parts ---------------------------------------------------------------------------------------------------


def _kind(value: str) -> str:
    if value not in KINDS:
        raise ValueProblemError(f"must be one of {', '.join(KINDS)}{did_you_mean(value, KINDS)}")
    return value


def _dialer(table: Table, dialers: Mapping[str, DialerConfig]) -> str:
    if not table.has("dialer") and len(dialers) == 1:
        return next(iter(dialers))
    return table.required("dialer", lambda value: _known(value, dialers, "dialer"), example='"main"')


def _known(value: str, known: Iterable[str], what: str) -> str:
    if value not in known:
        raise ValueProblemError(
            f"names a {what} that is not in this file: it has {', '.join(known) or 'none'}"
        )
    return value


def _constants(table: Table) -> dict[str, str]:
    found = {field: table.text(key, "") for key, field in CONSTANTS.items()}
    return {field: value for field, value in found.items() if value}


def _window(value: object) -> float:
    if value is False or value == "off":
        return 0.0
    seconds = duration(value)
    if seconds > LONGEST_WINDOW:
        raise ValueProblemError("must not be longer than 90 days")
    return seconds


def _route(table: Table, dialers: Mapping[str, DialerConfig]) -> Route:
    when = table.table("when")
    conditions = {name: when.texts(name) for name in when.names()} if when else {}
    if not conditions:
        table.problem("when", 'is missing: add for example when = { EnquiryType = "Service" }')
    route = Route(
        when=conditions,
        list_id=table.value("list_id", None, list_id),
        dialer=table.text("dialer", None, lambda value: _known(value, dialers, "dialer")),
    )
    if not (table.has("list_id") or table.has("dialer")):
        table.problem("list_id", "is missing: a route says list_id, dialer or both")
    table.refuse_the_rest()
    return route
