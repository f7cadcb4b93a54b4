"""The pieces a page for developers is made of: the same text becomes Markdown and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPAN = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((#[\w-]+|https?://[^)\s]+|/[^)\s]*)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """One paragraph; `code`, **strong** and [links](#there) may stand in it."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A paragraph that warns."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """A list; numbered where the order counts."""

    entries: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of texts under their headings; a long one has a title to be folded under."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """Something to copy, or an answer; `title` says what it is."""

    language: str
    text: str
    title: str = ""


Block = Text | Remark | Items | Table | Code


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One heading with what stands under it."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A run of text in a paragraph: plain, code, strong or a link."""

    kind: str
    text: str
    href: str = ""


def spans(text: str) -> Iterator[Span]:
    """The runs of one paragraph, for a template that escapes each of them."""
    at = 0
    for found in _SPAN.finditer(text):
        if found.start() > at:
            yield Span(kind="plain", text=text[at : found.start()])
        at = found.end()
        code, strong, label, href = found.groups()
        if code:
            yield Span(kind="code", text=code)
        elif strong:
            yield Span(kind="strong", text=strong)
        else:
            yield Span(kind="link", text=label, href=href)
    if at < len(text):
        yield Span(kind="plain", text=text[at:])


def markdown(sections: tuple[Section, ...], *, level: int = 2) -> str:
    """The sections one after the other."""
    return "\n\n".join(_section(section, level) for section in sections) + "\n"


def block_kind(block: Block) -> str:
    """What a template calls it."""
    return type(block).__name__.lower()


def _section(section: Section, level: int) -> str:
    parts = [f"{'#' * level} {section.title}", *(_block(block) for block in section.blocks)]
    return "\n\n".join(parts)


def _block(block: Block) -> str:
    match block:
        case Text(text=text):
            return text
        case Remark(text=text):
            return f"> {text}"
        case Items(entries=items, numbered=numbered):
            return "\n".join(f"{f'{at}.' if numbered else '-'} {item}" for at, item in enumerate(items, 1))
        case Table():
            return _table(block)
        case Code(language=language, text=text, title=title):
            fence = "````" if "```" in text else "```"
            head = f"**{title}**\n\n" if title else ""
            return f"{head}{fence}{language}\n{text.rstrip()}\n{fence}"


def _table(table: Table) -> str:
    lines = [table.head, tuple("---" for _ in table.head), *table.rows]
    text = "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
    return f"**{table.title}**\n\n{text}" if table.title else text


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
