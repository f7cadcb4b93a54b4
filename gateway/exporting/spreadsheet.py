"""Writes rows that a spreadsheet opens as they are: RFC 4180, readable in every script, and no cell a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it Excel reads UTF-8 as cp1252
# https://owasp.org/www-community/attacks/CSV_Injection; the wide ones are the same keys of an Asian keyboard.
_FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)


def inert(value: object) -> str:
    """A cell that no spreadsheet computes: an apostrophe stands in front of what could be a formula."""
    text = "" if value is None else str(value)
    return (
        f"'{text}" if text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS) else text
    )


class Sheet:
    """A CSV document that grows row by row."""

    def __init__(self, out: IO[str], titles: Iterable[str]) -> None:
        out.write(BOM)
        self._writer = csv.writer(out, lineterminator="\r\n")
        self._writer.writerow(titles)

    def add(self, cells: Iterable[object]) -> None:
        self._writer.writerow([inert(cell) for cell in cells])
