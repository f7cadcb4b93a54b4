"""Reads an XML body into plain dicts and lists, as a mapping can address it; no DTD, no entities."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gateway.sources.base import Unreadable

MOST_DEPTH = 16


def loads(raw: bytes) -> dict[str, Any]:
    """`{root: {child: text | {…} | […]}}`; attributes stand under `@name`, text beside them under `#text`."""
    try:
        root = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable("body.xml", "XML with a DTD or entities is not taken. Send plain XML.") from None
    except (ParseError, ValueError, LookupError):
        raise Unreadable("body.xml", "The body is not well-formed XML.") from None
    return {_name(root): _value(root, 1)}


def _value(element: Element, depth: int) -> Any:
    if depth > MOST_DEPTH:
        raise Unreadable("body.too_deep", f"The XML is nested more than {MOST_DEPTH} levels deep.")
    text = (element.text or "").strip()
    found: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        _add(found, _name(child), _value(child, depth + 1))
    if not found:
        return text
    if text:
        found["#text"] = text
    return found


def _add(found: dict[str, Any], name: str, value: Any) -> None:
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def _name(element: Element) -> str:
    return _local(str(element.tag))


def _local(name: str) -> str:
    return name.rpartition("}")[2]
