"""Makes a request of what a person pasted: a body alone, a curl command, an address, or a whole HTTP request."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from gateway.config import SourceConfig
from gateway.leads.lead import Enquiry
from gateway.sources.base import Door, Inbound, Unreadable
from gateway.sources.body import MULTIPART, URLENCODED
from gateway.sources.elision import PATH as DROP_IN
from gateway.sources.registry import SOURCES

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
_JSON, _XML = "application/json", "application/xml"
_REQUEST = re.compile(r"(GET|POST|PUT|PATCH|HEAD) (\S+)(?: HTTP/[\d.]+)?\s*\Z")
_HEADER = re.compile(r"([A-Za-z0-9-]{1,64}):[ \t]*(.*)")
_LINE = re.compile(r"[^\s=&{}<>\[\]\"']+ ?= ?.*")
_CURL = re.compile(r"curl(\.exe)?\s")
# Options of curl that stand alone; every other one is followed by a value.
_ALONE = re.compile(
    r"-[sSivkLfgG]+|--(get|silent|show-error|include|verbose|insecure|location|fail|fail-with-body|compressed|globoff"
    r"|http[\d.]+)"
)
_DATA = frozenset({"-d", "--data", "--data-raw", "--data-ascii", "--data-binary", "--json"})
_PARTS = frozenset({"-F", "--form", "--form-string"})
_FILES = "It names a file (@…). Paste what is in the file."


@dataclass(slots=True)
class _Command:
    """What a curl command would send."""

    url: str = ""
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    in_query: bool = False


def inbound_of_text(text: str, source: SourceConfig, *, now: float) -> Inbound:
    """The request that brings `text` to the source; raises Unreadable with what to do."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise Unreadable(
            "trial.too_large", f"At most {MOST_BYTES // 1024} KB are read here. Paste one enquiry."
        )
    text = text.lstrip("\ufeff").strip()
    if not text:
        raise Unreadable("trial.empty", "Nothing was pasted. Paste what the sender sends.")
    if _CURL.match(text):
        return _of_command(text, source, now)
    first, _, rest = text.partition("\n")
    if found := _REQUEST.match(first.strip()):
        return _of_request(found[1], found[2], rest, source, now)
    if text.startswith(("http://", "https://", "/", "?")) and not re.search(r"\s", text):
        return _request(source, now, method="GET", url=text)
    return _request(source, now, content_type=guessed_type(text), body=_body(text))


def text_of_enquiry(enquiry: Enquiry) -> str:
    """A kept enquiry as the text that `inbound_of_text` reads: its headers matter to some kinds."""
    query = f"?{enquiry.query}" if enquiry.query else ""
    headers = {"content-type": enquiry.content_type, **enquiry.headers}
    lines = [f"{name}: {value}" for name, value in headers.items() if value and "\n" not in value]
    body = enquiry.body.decode("utf-8", "replace")
    return "\n".join([f"{enquiry.method} {quote(enquiry.path)}{query}", *lines, "", body])


def guessed_type(text: str) -> str:
    """What a body says of itself by its first character."""
    if text[:1] in ("{", "["):
        return _JSON
    if text[:1] == "<":
        return _XML
    if text.startswith("--") and "form-data" in text:
        boundary = text.partition("\n")[0].strip()[2:]
        return f"{MULTIPART}; boundary={boundary}"
    return URLENCODED


def _body(text: str) -> bytes:
    """Fields one below the other, as a person writes them, become a form."""
    lines = text.splitlines()
    if (
        text[:1] not in "{[<"
        and len(lines) > 1
        and all(_LINE.fullmatch(each) for each in lines if each.strip())
    ):
        pairs = (each.partition("=") for each in lines if each.strip())
        return urlencode([(name.strip(), value.strip()) for name, _, value in pairs]).encode()
    return text.encode("utf-8", "replace")


def _of_request(method: str, url: str, rest: str, source: SourceConfig, now: float) -> Inbound:
    headers: dict[str, str] = {}
    lines = rest.splitlines(keepends=True)
    for place, line in enumerate(lines):
        found = _HEADER.fullmatch(line.strip())
        if found is None:
            lines = lines[place:]
            break
        headers[found[1].lower()] = found[2]
    else:
        lines = []
    text = "".join(lines).strip()
    given = headers.pop("content-type", "") or (guessed_type(text) if text else "")
    body = _body(text) if given == URLENCODED else text.encode("utf-8", "replace")
    return _request(source, now, method=method, url=url, headers=headers, content_type=given, body=body)


def _of_command(text: str, source: SourceConfig, now: float) -> Inbound:
    try:
        words = shlex.split(text.replace("\\\r\n", " ").replace("\\\n", " "))
    except ValueError:
        message = "The curl command ends inside a quotation. Copy all of it."
        raise Unreadable("trial.curl", message) from None
    command = _read(iter(words[1:]))
    given = command.headers.pop("content-type", "") or URLENCODED
    data = "&".join(command.data)
    if command.in_query:
        separator = "&" if "?" in command.url else "?"
        command.url, data = f"{command.url}{separator}{data}", ""
    body = urlencode(command.parts).encode() if command.parts else data.encode("utf-8", "replace")
    method = command.method or ("POST" if body else "GET")
    return _request(
        source,
        now,
        method=method,
        url=command.url,
        headers=command.headers,
        content_type=URLENCODED if command.parts else given,
        body=body,
    )


def _read(words: Iterator[str]) -> _Command:
    command = _Command()
    for word in words:
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if _ALONE.fullmatch(name):
            command.in_query = command.in_query or name == "--get" or ("G" in name and name[1] != "-")
        elif name.startswith("-") and len(name) > 1:
            _take(command, name, value if equals else next(words, ""))
        else:
            command.url = command.url or word
    return command


def _take(command: _Command, name: str, value: str) -> None:
    if name in _DATA or name == "--data-urlencode" or name in _PARTS:
        _refuse_a_file(name, value)
    if name in _DATA:
        command.data.append(value)
        if name == "--json":
            command.headers["content-type"] = _JSON
    elif name == "--data-urlencode":
        key, equals, text = value.partition("=")
        command.data.append(f"{key}={quote(text)}" if equals else quote(value))
    elif name in _PARTS:
        key, _, text = value.partition("=")
        command.parts.append((key, text))
    elif name in ("-H", "--header") and (found := _HEADER.fullmatch(value)):
        command.headers[found[1].lower()] = found[2]
    elif name in ("-X", "--request"):
        command.method = value.upper()
    elif name in ("-u", "--user"):
        command.headers["authorization"] = "Basic " + base64.b64encode(value.encode()).decode()
    elif name == "--url":
        command.url = value


def _refuse_a_file(name: str, value: str) -> None:
    text = value.partition("=")[2] if name in _PARTS else value
    if name not in ("--data-raw", "--form-string") and text.startswith(("@", "<")):
        raise Unreadable("trial.curl", _FILES)


def _request(
    source: SourceConfig,
    now: float,
    *,
    method: str = "POST",
    url: str = "",
    headers: dict[str, str] | None = None,
    content_type: str = "",
    body: bytes = b"",
) -> Inbound:
    """Whatever address was pasted, it comes to the source's own."""
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        message = f"The address cannot be read, or has more than {MOST_FIELDS} parameters."
        raise Unreadable("trial.address", message) from None
    return Inbound(
        method=method,
        path=path_of(source),
        query=tuple(pairs),
        headers={**(headers or {}), **({"content-type": content_type} if content_type else {})},
        body=body,
        received_at=now,
    )


def path_of(source: SourceConfig) -> str:
    """Where enquiries of a source arrive."""
    match SOURCES[source.kind].door:
        case Door.WEBHOOK:
            return f"/webhooks/{source.name}"
        case Door.FORM:
            return f"/forms/{source.name}"
        case Door.PARTNER:
            return "/v1/leads"
        case _:
            return DROP_IN
