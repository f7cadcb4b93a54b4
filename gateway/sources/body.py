"""Reads a request's body: by its content type where callers are held to it, by looking at it for webhooks."""

from __future__ import annotations

from email.message import Message
from typing import Any

from gateway.sources import form_body, strict_json, xml_body
from gateway.sources.base import Inbound, Unreadable

UTF8 = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
OLD_CHARSETS = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252"})
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def read_fields(inbound: Inbound, *, plain_text: bool, repeats: bool) -> dict[str, Any]:
    """The fields of a form or a partner's lead. `plain_text`: also JSON sent as text/plain (sendBeacon);
    `repeats`: a name sent more than once is a group of check boxes, otherwise it is a problem."""
    refuse_encoded(inbound)
    media_type = inbound.media_type
    if _charset(inbound) not in UTF8:
        raise Unreadable("body.charset", "Only UTF-8 is taken here. Send the body in UTF-8.")
    if is_json(media_type) or (plain_text and media_type == "text/plain"):
        return _object(strict_json.loads(inbound.body))
    if media_type == URLENCODED:
        return _fields(form_body.urlencoded(inbound.body), repeats=repeats)
    if media_type == MULTIPART:
        return _fields(form_body.multipart(inbound.body, inbound.header("content-type")), repeats=repeats)
    message = f"This content type is not taken here. Send application/json or {URLENCODED}."
    raise Unreadable("body.media_type", message)


def read_anything(inbound: Inbound, *, without: frozenset[str]) -> Any:
    """What a webhook sent, whatever its content type says; the query where there is no body."""
    refuse_encoded(inbound)
    body = inbound.body.strip()
    if not body:
        pairs = [(name, value) for name, value in inbound.query if name not in without]
        return _fields(pairs, repeats=True)
    if body.removeprefix(b"\xef\xbb\xbf")[:1] in (b"{", b"["):
        return strict_json.loads(inbound.body)
    if body.removeprefix(b"\xef\xbb\xbf")[:1] == b"<":
        return xml_body.loads(body)
    if inbound.media_type == MULTIPART:
        return _fields(form_body.multipart(inbound.body, inbound.header("content-type")), repeats=True)
    if is_json(inbound.media_type):
        return strict_json.loads(inbound.body)
    return _form_in_any_charset(inbound)


def is_json(media_type: str) -> bool:
    """`application/json` and the like of `application/vnd.api+json`."""
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def refuse_encoded(inbound: Inbound) -> None:
    """A compressed body is refused: unpacking is where bombs live, and no sender of leads needs it."""
    content = inbound.header("content-encoding").strip().lower()
    transfer = inbound.header("transfer-encoding").strip().lower()
    if content not in ("", "identity") or transfer not in ("", "chunked"):
        raise Unreadable("body.encoded", "Compressed bodies are not taken. Send it without Content-Encoding.")


def _form_in_any_charset(inbound: Inbound) -> dict[str, Any]:
    if b"=" not in inbound.body:
        raise Unreadable("body.unknown", "The body is neither JSON nor a form nor XML.")
    charset = _charset(inbound)
    return _fields(
        form_body.urlencoded(inbound.body, "cp1252" if charset in OLD_CHARSETS else "utf-8"), repeats=True
    )


def _charset(inbound: Inbound) -> str:
    content_type = inbound.header("content-type")
    if "charset" not in content_type.lower():
        return ""
    message = Message()
    message["content-type"] = content_type
    charset = message.get_param("charset")
    return charset.strip().lower() if isinstance(charset, str) else "unknown"


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("body.not_an_object", "Send one JSON object with the lead's fields.")
    if len(value) > form_body.MOST_FIELDS:
        raise Unreadable("body.too_many_fields", f"At most {form_body.MOST_FIELDS} fields are taken.")
    return value


def _fields(pairs: form_body.Pairs, *, repeats: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif not repeats:
            message = "A field was sent more than once. Send each field once."
            raise Unreadable("field.duplicate", message, field=name[:100])
        elif value:
            found[name] = f"{found[name]}, {value}" if found[name] else value
    return found
