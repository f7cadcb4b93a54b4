"""One request in curl, Python, PHP, Node and C#: complete programs that read their secret from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from string import Template
from types import MappingProxyType

from gateway.web.signed_partners import SOURCE_HEADER
from gateway.web.submission.languages import CURL, DIALECTS, SHARED_CURL, Dialect
from gateway.web.submission.sending import Proof, Sending
from gateway.web.templates import place_of

_SPECIAL = re.compile(r'["$`\\]')  # inside double quotes of a shell
_VARIABLE = re.compile(r"\{(\w+)\}")
# The names a signature is put together from: see templates/samples.
_SIGNED: Mapping[Proof, Mapping[str, str]] = MappingProxyType(
    {
        Proof.STRIPE: {"": "t={now},v1={signature}"},
        Proof.STANDARD: {
            "webhook-id": "{id}",
            "webhook-timestamp": "{now}",
            "webhook-signature": "v1,{signature}",
        },
    }
)


class Language(StrEnum):
    """What samples are written in."""

    CURL = "curl"
    PYTHON = "python"
    PHP = "php"
    NODE = "node"
    CSHARP = "csharp"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One program."""

    language: Language
    title: str
    code: str
    highlight: str  # the name Markdown knows the language by
    file_name: str
    run: str  # how it is started


def samples_of(sending: Sending) -> tuple[Sample, ...]:
    """The same lead in every language, under a name of its own: each writes other bytes, and runs after another."""
    return tuple(_sample(_named(sending, language), language) for language in Language)


def shared_machine_sample(sending: Sending) -> str | None:
    """The curl sample for a machine with other users; None where nothing secret stands on its command lines."""
    if sending.proof is Proof.NONE:
        return None
    sending = _named(sending, "shared")
    return _json(sending, SHARED_CURL) if sending.is_json else _form(sending, SHARED_CURL)


def _named(sending: Sending, who: str) -> Sending:
    return replace(sending, enquiry=f"{sending.enquiry}-{who}")


def _sample(sending: Sending, language: Language) -> Sample:
    dialect = DIALECTS[language]
    code = _json(sending, dialect) if sending.is_json else _form(sending, dialect)
    return Sample(
        language=language,
        title=dialect.title,
        code=code,
        highlight=dialect.highlight,
        file_name=dialect.file_name,
        run=f"{sending.secret_name}=… {dialect.run}" if sending.proof is not Proof.NONE else dialect.run,
    )


def _json(sending: Sending, dialect: Dialect) -> str:
    headers = "".join(
        _written(dialect, value).format(name=name, value=_expression(value, sending, dialect)) + "\n"
        for name, value in _headers(sending)
    )
    if sending.proof is Proof.BASIC:
        headers += (
            dialect.basic.format(
                user=dialect.text(f"{sending.user}:"), secret=dialect.environment.format(sending.secret_name)
            )
            + "\n"
        )
    return _filled(
        dialect,
        "json",
        url=dialect.text(sending.url),
        body=dialect.text(sending.body),
        value=dialect.literal(sending.value),
        imports=dialect.imports.get(_kind(sending), ""),
        prelude=_prelude(sending, dialect),
        headers=headers,
    )


def _form(sending: Sending, dialect: Dialect) -> str:
    fields = {name: dialect.text(str(value)) for name, value in sending.value.items()}
    if sending.proof is Proof.KEY_PARAMETER:
        fields["key"] = dialect.environment.format(sending.secret_name)
    return _filled(
        dialect,
        "form",
        url=dialect.text(sending.url),
        headers="",
        value=dialect.fields(fields),
        fields=dialect.fields(fields),
    )


def _written(dialect: Dialect, value: str) -> str:
    return dialect.header if "{secret}" in value else dialect.open_header or dialect.header


def _headers(sending: Sending) -> list[tuple[str, str]]:
    """Names and values; {secret}, {signature}, {now} and {id} stand for what is known when it is sent."""
    found = []
    match sending.proof:
        case Proof.KEY:
            found = [("Authorization", "Bearer {secret}")]
        case Proof.TOKEN:
            found = [("X-Gateway-Token", "{secret}")]
        case Proof.HMAC:
            found = [(sending.signature_header, sending.signature_prefix + "{signature}")]
        case Proof.STRIPE | Proof.STANDARD:
            parts = _SIGNED[sending.proof]
            found = [(name or sending.signature_header, value) for name, value in parts.items()]
    if sending.source_header:
        found.append((SOURCE_HEADER, sending.source_header))
    if sending.has_idempotency_key:
        found.append(("Idempotency-Key", sending.enquiry))
    return found


def _expression(value: str, sending: Sending, dialect: Dialect) -> str:
    known = {"secret": dialect.environment.format(sending.secret_name), **dialect.variables}
    if dialect.folder == CURL.folder:  # inside double quotes
        return _VARIABLE.sub(lambda place: known[place[1]], _SPECIAL.sub(r"\\\g<0>", value))
    parts = [
        known[part] if index % 2 else dialect.text(part) for index, part in enumerate(_VARIABLE.split(value))
    ]
    empty = dialect.text("")
    return dialect.plus.join(part for part in parts if part != empty)


def _kind(sending: Sending) -> str:
    return f"hmac-{sending.signature_encoding}" if sending.proof is Proof.HMAC else sending.proof.value


def _prelude(sending: Sending, dialect: Dialect) -> str:
    if sending.proof not in (Proof.HMAC, Proof.STRIPE, Proof.STANDARD):
        return ""
    return _filled(
        dialect,
        dialect.prefix + sending.proof.value,
        message=dialect.text(sending.enquiry),
        encode=dialect.encoders[sending.signature_encoding],
    )


def _filled(dialect: Dialect, name: str, **known: str) -> str:
    return _Code(_text(f"{dialect.folder}/{name}{dialect.suffix}")).substitute(known)


class _Code(Template):
    """$ and {} are part of the languages these texts are written in."""

    delimiter = "@"


@cache
def _text(name: str) -> str:
    return (place_of("samples") / name).read_text(encoding="utf-8")
