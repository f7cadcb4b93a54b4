"""What lead portals have in common: a key in any place, rows of names in any spelling, one number of several."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.attribution import says_something
from gateway.leads.extra import safe_name
from gateway.leads.field_names import place_of
from gateway.leads.lead import Submission
from gateway.leads.phone import Phone, PhoneRules, read_phone
from gateway.leads.reasons import FieldError
from gateway.leads.vocabulary import squeeze
from gateway.sources import mapping, signatures
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.keeping import SECRET_PARAMETERS

MOST_ROWS = 1000
# What portals call the key they were given, when they put it into the address.
KEY_PARAMETERS = frozenset({"api_key", "apikey", "api-key", "x-api-key"})
SECRET_FIELDS = KEY_PARAMETERS | {signatures.TOKEN_PARAMETER}
_WRAPPERS = ("data", "leads", "records", "enquiries", "responses")
_INDIA, _INDIA_CODE = "IN", "91"


class Row:
    """One enquiry, asked by names in any spelling; what was not taken stays as it was sent."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self._names: dict[str, list[str]] = {}
        for name in values:
            self._names.setdefault(spelled(name), []).append(name)
        self._taken: set[str] = set()

    def take(self, *names: str) -> str:
        """The first of these that says something; it goes into a field of the lead."""
        name, text = next(self._filled(names), ("", ""))
        self._taken.add(name)
        return text

    def look(self, *names: str) -> str:
        """The same, but it is kept under its own name too."""
        return next(self._filled(names), ("", ""))[1]

    def take_number(self, source: SourceConfig, *names: str) -> tuple[str, str]:
        """The first of these that can be dialed, or the first at all, and its name; the others stay."""
        found = list(self._filled(names))
        rules = _rules(source)
        best = next((pair for pair in found if _phone(rules, pair[1])), None)
        name, text = best or next(iter(found), ("", ""))
        self._taken.add(name)
        return text, spelled(name)

    def rest(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if name not in self._taken}

    def _filled(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        for squeezed in names:
            for name in self._names.get(squeezed, ()):
                if text := _text(self.values[name]):
                    yield name, text


def spelled(name: str) -> str:
    """A name as names are compared; only the beginning of a very long one, because comparisons are remembered."""
    return squeeze(safe_name(name))


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """What `auth` of the source says; a token is also taken by the names that portals give it in the address."""
    keys = [value for name, value in inbound.query if name.lower() in KEY_PARAMETERS]
    if source.auth.method == "token" and signatures.any_same(keys, source.auth.secrets):
        return
    signatures.verify(source.auth, inbound)


def without_secrets(source: SourceConfig, inbound: Inbound, names: frozenset[str] = SECRET_FIELDS) -> Inbound:
    """The request without the secrets in its address: as it is kept, so that it reads the same later."""
    hidden = names | SECRET_PARAMETERS
    query = tuple(
        (name, value)
        for name, value in inbound.query
        if name.lower() not in hidden and value not in source.auth.secrets
    )
    return replace(inbound, query=query)


def read_rows(inbound: Inbound) -> list[Any]:
    """Each enquiry of the request, with what stands in its address beside it; raises Unreadable."""
    value = read_anything(inbound, without=frozenset())
    return [beside_address(row, inbound) for row in unwrapped(value)]


def unwrapped(value: Any) -> list[Any]:
    """The rows of an array, or of an object around one; any other value is one row."""
    if not isinstance(value, dict):
        return value if isinstance(value, list) else [value]
    name = next(
        (name for name in value if spelled(name) in _WRAPPERS and isinstance(value[name], list)), None
    )
    if name is None:
        return [value]
    around = {other: value[other] for other in value if other != name}
    return [{**around, **row} if isinstance(row, dict) else row for row in value[name]]


def beside_address(row: Any, inbound: Inbound) -> Any:
    """The row, and the parameters of the address that it does not have itself."""
    if not isinstance(row, dict):
        return row
    return {**row, **{name: text for name, text in inbound.query if name not in row}}


def submissions(rows: list[Any], read: Callable[[Row], Submission]) -> list[Submission]:
    """One for each row; what is no enquiry at all is kept as one that cannot become a lead."""
    if len(rows) > MOST_ROWS:
        raise Unreadable("records.too_many", f"One request may carry at most {MOST_ROWS} leads.")
    return [
        read(Row(row)) if isinstance(row, dict) else Submission(fields={}, extra={"row": row}) for row in rows
    ]


def submission(
    source: SourceConfig,
    row: Row,
    fields: Mapping[str, str],
    *,
    key: str | None,
    marks: Mapping[str, str] | None = None,
    test: bool = False,
    do_not_call: bool = False,
) -> Submission:
    """`fields` by the dialer's names, and the rest of the row; a mapping of the source adds to them and wins."""
    found, failed = mapping.map_fields(source.fields, row.values)
    filled = {**{name: text for name, text in fields.items() if text}, **found}
    # A second value for a field that is filled already is only kept: it must not compete with the first.
    spare, rest = _sorted(row.rest(), filled)
    return Submission(
        fields={**rest, **filled},
        key=mapping.find_text(source.key, row.values) if source.key else key,
        test=test,
        do_not_call=do_not_call,
        extra={**spare, **(marks or {}), **({"mapping": failed} if failed else {})},
    )


def _sorted(values: Mapping[str, Any], filled: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values whose names mean a field that is `filled`, and the others."""
    spare: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in values.items():
        place = place_of(safe_name(name))
        (spare if place is not None and place.field in filled else rest)[name] = value
    return spare, rest


def with_country(source: SourceConfig, text: str, code: str) -> str:
    """`text` with the country code that stands in a field of its own, unless it holds one already."""
    digits = "".join(filter(str.isdecimal, code))
    if not text or not digits or text.lstrip().startswith("+"):
        return text
    written = [f"+{digits} {text}", *([f"+{text}"] if text.startswith(digits) else [])]
    # Only a valid number tells which of the two was meant: too many digits may still be possible somewhere.
    for check in ("valid", "possible"):
        rules = replace(_rules(source), check=check, countries=())
        if found := next((each for each in written if _phone(rules, each)), None):
            return found
    # A foreign number must not be read as one of ours.
    return text if digits == _INDIA_CODE else written[0]


def fingerprint(source: SourceConfig, number: str, *parts: str) -> str | None:
    """An id for an enquiry that came without one; None unless every part is there."""
    if not number or not all(parts):
        return None
    phone = _phone(_rules(source), number)
    told = [phone.digits if phone else number, *(" ".join(part.casefold().split()) for part in parts)]
    return hashlib.sha256("\n".join(told).encode(errors="replace")).hexdigest()


def listed(*texts: str) -> str:
    """What is there of `texts`, each once, with commas between."""
    return ", ".join(dict.fromkeys(text.strip() for text in texts if text.strip() not in ("", "0")))


def _rules(source: SourceConfig) -> PhoneRules:
    return PhoneRules(
        region=source.region or _INDIA, check=source.phone_check, countries=tuple(source.countries)
    )


def _phone(rules: PhoneRules, text: str) -> Phone | None:
    try:
        return read_phone(text, rules)
    except FieldError:
        return None


def _text(value: Any) -> str:
    try:
        text = (mapping.as_text(value) or "").strip()
    except mapping.NotScalar:
        return ""
    return text if says_something(text) else ""
