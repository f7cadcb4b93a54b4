"""How a text that somebody looks for is spelt where it is looked for: in JSON, in forms, in bytes, as a pattern."""

from __future__ import annotations

import json
from urllib.parse import quote_plus

import orjson

SQLITE = "sqlite"
_WILD = str.maketrans({"!": "!!", "%": "!%", "_": "!_"})
_LAST_ASCII = 127
_BACKSLASH = 92


def pattern(text: str, *, before: str = "%", after: str = "%") -> str:
    """For LIKE … ESCAPE '!': what was typed is text, also its % and _."""
    return f"{before}{text.translate(_WILD)}{after}"


def like(engine: str) -> str:
    """The operator that does not mind upper and lower case."""
    return "LIKE" if engine == SQLITE else "ILIKE"


def without_index(engine: str) -> str:
    """Stands before a column that must not choose the index; PostgreSQL knows how rare a value is, and needs none."""
    return "+" if engine == SQLITE else ""


def no(engine: str) -> str:
    """False, where a condition is a value."""
    return "0" if engine == SQLITE else "FALSE"


def name_of(engine: str) -> str:
    """The customer's name among a lead's fields."""
    fields = "leads.fields" if engine == SQLITE else "CAST(leads.fields AS json)"
    return f"{fields} ->> 'CustomerName'"


def body(engine: str) -> str:
    """An enquiry's body as text, whatever bytes it has."""
    return "CAST(enquiries.body AS TEXT)" if engine == SQLITE else "encode(enquiries.body, 'escape')"


def in_body(text: str, engine: str) -> str:
    """`text` as it stands in `body`."""
    if engine == SQLITE:
        return text
    return "".join(_escaped(byte) for byte in text.encode())


def in_json(text: str, *, quotes: bool = False) -> str:
    """`text` as it stands in JSON that we wrote."""
    written = orjson.dumps(text).decode()
    return written if quotes else written[1:-1]


def as_stored(text: str) -> tuple[str, ...]:
    """Every spelling that a lead's fields may have of `text`."""
    return tuple(dict.fromkeys((in_json(text), json.dumps(text)[1:-1])))


def as_sent(text: str) -> tuple[str, ...]:
    """Every spelling a sender may have used: as it is, in JSON, in a form."""
    return tuple(dict.fromkeys((text, *as_stored(text), quote_plus(text))))


def _escaped(byte: int) -> str:
    """A byte as PostgreSQL's encode(…, 'escape') writes it."""
    if byte == _BACKSLASH:
        return "\\\\"
    return f"\\{byte:03o}" if byte > _LAST_ASCII or not byte else chr(byte)
