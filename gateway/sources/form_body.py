"""Reads HTML form bodies, urlencoded and multipart, within limits; files are refused."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from urllib.parse import parse_qsl

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from gateway.sources.base import Unreadable

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
    pairs: Pairs = []
    name: str | None = None
    try:
        for event in _events(raw, boundary):
            if isinstance(event, Field):
                name, parts = event.name, bytearray()
            elif isinstance(event, File):
                _refuse_file(event)
                name, parts = None, bytearray()
            elif isinstance(event, Data) and name is not None:
                parts += event.data
                if not event.more_data:
                    pairs.append((name, parts.decode()))
            elif isinstance(event, Data) and event.data:
                raise _file()
    except RequestEntityTooLarge:
        raise _too_many() from None
    except UnicodeDecodeError:
        raise Unreadable(
            "body.not_utf8", "The form's values are not UTF-8. Send the form in UTF-8."
        ) from None
    except ValueError:
        raise _broken() from None
    return pairs


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


def _refuse_file(event: File) -> None:
    """A browser sends an unused file input as a part with an empty file name: neither field nor file."""
    if event.filename:
        raise _file()


def _file() -> Unreadable:
    return Unreadable("body.file", "Files are not taken here. Send the form without its file fields.")


def _too_many() -> Unreadable:
    message = f"The form has too many fields (at most {MOST_FIELDS}, multipart {MOST_PARTS})."
    return Unreadable("body.too_many_fields", message)


def _broken() -> Unreadable:
    return Unreadable("body.multipart", "The multipart form is broken or cut off. Send it again as a whole.")
