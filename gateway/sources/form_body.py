"""Reads HTML form bodies, urlencoded and multipart, within limits; files are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.message import Message
from urllib.parse import parse_qsl

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from gateway.sources.base import FileSent, Unreadable

MOST_FIELDS = 200
MOST_PARTS = 100

Pairs = list[tuple[str, str]]


def urlencoded(raw: bytes, charset: str = "utf-8") -> Pairs:
    """Name and value pairs in the order sent."""
    try:
        return parse_qsl(
            raw.decode(charset),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            encoding=charset,
            errors="strict",
        )
    except UnicodeDecodeError:
        raise Unreadable(
            "body.not_utf8", "The form's values are not UTF-8. Send the form in UTF-8."
        ) from None
    except ValueError:
        raise _too_many() from None


def multipart(raw: bytes, content_type: str) -> Pairs:
    """The text parts in the order sent; an empty file input is skipped, a file is refused."""
    boundary = _boundary(content_type)
    try:
        pairs, has_file = _parts(_events(raw, boundary))
    except RequestEntityTooLarge:
        raise _too_many() from None
    except UnicodeDecodeError:
        raise Unreadable(
            "body.not_utf8", "The form's values are not UTF-8. Send the form in UTF-8."
        ) from None
    except ValueError:
        raise _broken() from None
    if has_file:
        raise FileSent(pairs)
    return pairs


def _parts(events: Iterable[Event]) -> tuple[Pairs, bool]:
    """The text parts, and whether there was a file among them."""
    pairs: Pairs = []
    name: str | None = None
    has_file = False
    for event in events:
        if isinstance(event, Field):
            name, parts = event.name, bytearray()
        elif isinstance(event, File):
            # A browser sends an unused file input as a part with an empty file name: neither field nor file.
            name, has_file = None, has_file or bool(event.filename)
        elif isinstance(event, Data) and name is None:
            has_file = has_file or bool(event.data)
        elif isinstance(event, Data) and name is not None:
            parts += event.data
            if not event.more_data:
                pairs.append((name, parts.decode()))
    return pairs, has_file


def _events(raw: bytes, boundary: bytes) -> Iterator[Event]:
    decoder = MultipartDecoder(boundary, max_form_memory_size=len(raw), max_parts=MOST_PARTS)
    decoder.receive_data(raw)
    decoder.receive_data(None)
    event = decoder.next_event()
    while not isinstance(event, Epilogue):
        if isinstance(event, NeedData):
            raise _broken()
        yield event
        event = decoder.next_event()


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_param("boundary")
    if not isinstance(boundary, str) or not boundary.isascii() or not 0 < len(boundary) <= 70:
        raise _broken()
    return boundary.encode("ascii")


def _too_many() -> Unreadable:
    message = f"The form has too many fields (at most {MOST_FIELDS}, multipart {MOST_PARTS})."
    return Unreadable("body.too_many_fields", message)


def _broken() -> Unreadable:
    return Unreadable("body.multipart", "The multipart form is broken or cut off. Send it again as a whole.")
