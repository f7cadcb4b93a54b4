"""Writes a lead as the dialer's parameters, and parameters as a request that cannot break its SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote_plus

import orjson

from gateway.config import DialerConfig
from gateway.dialer.outcome import Fields
from gateway.dialer.transport import Request

LONGEST_URL = 7_500  # bytes; web servers cut the request line at 8 kB

LEAD_FIELDS = (  # of the document's tables, without the URL, which it spells in two ways
    "phone_number",
    "list_id",
    "prospects_id",
    "CustomerName",
    "MobileNo",
    "EnquirySource",
    "EnquiryType",
    "CreateEnquiryID",
    "WebEnquiryNumber",
    "LeadSubSource",
    "LeadSource",
    "CustomField1",
    "CustomField2",
)
_URL_FIELDS = ("LeadfromURL", "LeadformURL")
_OURS = frozenset({"source", "action", "function", "custom_fields", "multi_leads", "user", "pass"})
_ACTIONS = frozenset({"action", "function"})
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")

# The last line of defence, since the domain has cleaned the text: these would end or extend SQL strings.
_BREAKERS = re.compile('[\\\\";#\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_REFERENCE_BREAKERS = re.compile("[\\\\\";#!'\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # `!` separates a stored call
_REFERENCES = frozenset({"prospects_id", "vendor_lead_code"})


class Form:
    """How one dialer wants its requests; what is the same in each is encoded once."""

    def __init__(self, config: DialerConfig, target: str) -> None:
        self._config = config
        self._target = target
        self._by_get = config.method == "GET"
        self._ours = _OURS | config.parameters.keys()
        self._url_fields = _URL_FIELDS if config.url_field == "both" else (config.url_field,)
        self._all_empty = dict.fromkeys((*LEAD_FIELDS, *self._url_fields), "")

    def fixed(self, **parameters: str) -> str:
        """The parameters every request of one kind begins with; the configuration's own come last and win."""
        own = {name: value for name, value in self._config.parameters.items() if name not in _ACTIONS}
        return encode({**parameters, **own}.items())

    def lead(self, lead: Fields) -> dict[str, str]:
        """The lead's parameters: safe, spelled as this dialer wants them, empty ones as configured."""
        values: dict[str, str] = {}
        for name, value in lead.items():
            if name in _URL_FIELDS:
                values.update(dict.fromkeys(self._url_fields, value))
            elif name not in self._ours and _NAME.fullmatch(name):
                values[name] = value
        if self._config.send_empty:
            values = {**self._all_empty, **values}
        return self.values(values)

    def values(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """The parameters without what must never leave, and without the empty ones unless they are wanted."""
        cleaned = {name: safe(name, value) for name, value in parameters.items()}
        return cleaned if self._config.send_empty else {n: v for n, v in cleaned.items() if v}

    def request(self, fixed: str, parameters: Mapping[str, str]) -> Request | None:
        """The request; None where the dialer's web server would not take an address that long."""
        # Only values are encoded here: the names have passed _NAME or are our own.
        written = [f"{name}={quote_plus(value)}" for name, value in parameters.items()]
        return self._request("&".join([fixed, *written]))

    def multi(self, fixed: str, leads: Sequence[Fields]) -> Request | None:
        """All leads in one request, as JSON in `multi_leads`; None where that is too long."""
        return self._request(f"{fixed}&multi_leads={quote_plus(_json([self.lead(lead) for lead in leads]))}")

    def fitting(self, fixed: str, leads: Sequence[Fields]) -> int:
        """How many leads, from the first on, one multi request can carry; at least 1."""
        if not self._by_get:
            return len(leads) or 1
        room = LONGEST_URL - len(self._target) - len(f"?{fixed}&multi_leads=%5B%5D")
        for count, lead in enumerate(leads):
            room -= len(quote_plus(_json(self.lead(lead)))) + (3 if count else 0)  # 3: the comma, as %2C
            if room < 0:
                return count or 1
        return len(leads) or 1

    def _request(self, query: str) -> Request | None:
        if not self._by_get:
            return Request(target=self._target, body=query.encode("ascii"))
        target = f"{self._target}{'&' if '?' in self._target else '?'}{query}"
        return Request(target=target) if len(target) <= LONGEST_URL else None


def safe(name: str, value: str) -> str:
    """`value` without the characters that must never reach the dialer."""
    breakers = _REFERENCE_BREAKERS if name in _REFERENCES else _BREAKERS
    return breakers.sub("", value) if breakers.search(value) else value


def encode(parameters: Iterable[tuple[str, str]]) -> str:
    """The parameters as a form."""
    return "&".join([f"{quote_plus(name)}={quote_plus(value)}" for name, value in parameters])


def _json(value: object) -> bytes:
    # UTF-8 as it is: an escaped letter would bring a backslash into the dialer.
    return orjson.dumps(value)
