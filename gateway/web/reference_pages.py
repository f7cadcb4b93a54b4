"""What the page /docs shows, made from the OpenAPI document: operations, fields, answers, and a form to try each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.web import prose

Node = Mapping[str, Any]
_HTTP = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One field, parameter or header: its name, what it may be, what it says."""

    name: str
    rule: str
    description: str
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One answer: its status, what it means, and what it looks like."""

    status: str
    description: str
    rows: tuple[Row, ...]  # reason codes, where it is a problem
    example: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One input of the form that tries an operation."""

    name: str
    place: str  # path | query | header
    value: str
    filled: bool  # with its example, else the example is only a hint


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Row, ...]
    fields: tuple[Row, ...]
    replies: tuple[Reply, ...]
    asked: tuple[Asked, ...]
    body: str  # an example to send; empty where none is read
    body_type: str
    takes_key: bool
    needs_key: bool
    callback: bool = False  # the gateway sends it; it cannot be tried here


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The operations of one tag."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The whole page."""

    title: str
    version: str
    description: str
    server: str
    guide: tuple[prose.Section, ...]  # the quick start first
    sections: tuple[Section, ...]
    keys: tuple[Row, ...]


def page_of(document: Node, guide: tuple[prose.Section, ...] = ()) -> Page:
    """The page of this document; the guide is the text of its description, as pieces."""
    reader = _Reader(document)
    schemes: Node = document["components"]["securitySchemes"]
    return Page(
        title=document["info"]["title"],
        version=document["info"]["version"],
        description=document["info"]["description"].partition("\n\n")[0],
        server=document["servers"][0]["url"],
        guide=guide,
        sections=tuple(reader.section(tag) for tag in document["tags"]),
        keys=tuple(
            Row(name=_where(scheme), rule=scheme["type"], description=scheme["description"])
            for scheme in schemes.values()
        ),
    )


def _where(scheme: Node) -> str:
    if scheme["type"] == "http":
        return f"Authorization: {scheme['scheme'].title()} …"
    return f"{scheme['name']}: …" if scheme["in"] == "header" else f"?{scheme['name']}=…"


class _Reader:
    """Follows the document's references."""

    def __init__(self, document: Node) -> None:
        self._document = document

    def section(self, tag: Node) -> Section:
        found = [
            self._operation(path, method, item, callback=callback)
            for callback, where in ((False, "paths"), (True, "webhooks"))
            for path, item in self._document.get(where, {}).items()
            for method in _HTTP
            if method in item and tag["name"] in item[method]["tags"]
        ]
        return Section(name=tag["name"], description=tag["description"], operations=tuple(found))

    def _operation(self, path: str, method: str, item: Node, *, callback: bool) -> Operation:
        node: Node = item[method]
        parameters = [
            self._follow(each) for each in (*item.get("parameters", ()), *node.get("parameters", ()))
        ]
        content: Node = node.get("requestBody", {}).get("content", {})
        body_type = next(iter(content), "")
        schema = self._follow(content[body_type]["schema"]) if content else {}
        if schema.get("type") == "array":
            schema = self._follow(schema["items"])
        return Operation(
            id=node["operationId"],
            method=method.upper(),
            path=path,
            summary=node["summary"],
            description=node["description"],
            parameters=tuple(self._parameter(each) for each in parameters),
            fields=self._fields(schema),
            replies=tuple(self._reply(status, each) for status, each in sorted(node["responses"].items())),
            asked=tuple(_asked(each) for each in parameters),
            body=_shown(content[body_type].get("example", {}), body_type) if content else "",
            body_type=body_type,
            takes_key=any("apiKey" in each for each in node.get("security", ())),
            needs_key=bool(node.get("security")) and {} not in node["security"],
            callback=callback,
        )

    def _parameter(self, node: Node) -> Row:
        return Row(
            name=node["name"],
            rule=f"in the {node['in']}",
            description=node.get("description", "") or node["schema"].get("description", ""),
            required=node.get("required", False),
        )

    def _fields(self, schema: Node) -> tuple[Row, ...]:
        properties: Node = schema.get("properties", {})
        aliases: dict[str, list[str]] = {}
        for name, node in properties.items():
            if "x-alias-of" in node:
                aliases.setdefault(node["x-alias-of"], []).append(name)
        return tuple(
            Row(
                name=name,
                rule=self._rule(self._follow(node)),
                description=self._follow(node).get("description", ""),
                aliases=tuple(aliases.get(name, ())),
                required=name in schema.get("required", ()),
            )
            for name, node in properties.items()
            if "x-alias-of" not in node
        )

    def _rule(self, node: Node) -> str:
        if "enum" in node:
            return " | ".join(map(str, node["enum"]))
        types = node.get("type", "")
        shown = types if isinstance(types, str) else " or ".join(types)
        return f"{shown}, at most {node['maxLength']}" if "maxLength" in node else shown

    def _reply(self, status: str, node: Node) -> Reply:
        content: Node = next(iter(node.get("content", {}).values()), {})
        examples = {name: self._follow(each) for name, each in content.get("examples", {}).items()}
        first = next((each["value"] for each in examples.values()), content.get("example"))
        rows = tuple(
            Row(name=name, rule="", description=each["value"]["detail"])
            for name, each in examples.items()
            if "detail" in each["value"]
        )
        return Reply(
            status=status,
            description=node["description"],
            rows=rows,
            example=_shown(first, "application/json") if first is not None else "",
        )

    def _follow(self, node: Node) -> Node:
        if "$ref" not in node:
            return node
        found: Any = self._document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return self._follow(found)


def _asked(node: Node) -> Asked:
    filled = node["in"] == "query" or (node.get("required", False) and node["in"] == "header")
    value = str(node.get("example", "") or next(iter(node["schema"].get("enum", ())), ""))
    return Asked(name=node["name"], place=node["in"], value=value, filled=filled and bool(value))


def _shown(value: Any, content_type: str) -> str:
    if content_type == "application/x-www-form-urlencoded" and isinstance(value, Mapping):
        return _form_lines(value)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _form_lines(value: Mapping[str, Any]) -> str:
    """A form as a person writes it: one name=value on a line; the page encodes it."""
    pairs: Sequence[tuple[str, Any]] = tuple(value.items())
    return "\n".join(f"{name}={each}" for name, each in pairs)
