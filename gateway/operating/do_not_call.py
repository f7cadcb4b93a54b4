"""USE CASE: numbers that must not be called: read as a lead's is, one by one or from a list of many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from gateway.config import GatewayConfig
from gateway.importing.columns import read_columns
from gateway.importing.table_file import Row, TableError, TableFile, open_table
from gateway.leads.identity import new_id
from gateway.leads.phone import PhoneRules, read_phone
from gateway.leads.reasons import FieldError
from gateway.operating.many import Parts
from gateway.store.suppression_lists import TOGETHER, Line

MOST_LINES = 100_000
MOST_BYTES = 8 * 1024 * 1024
BROKEN, NO_NUMBER = "row.broken", "phone.required"
_PHONES = ("MobileNo", "phone_number")


def number_of(config: GatewayConfig, text: str) -> str:
    """The number in `text` as leads have it, whatever it is written like; raises FieldError."""
    if not text.strip():
        raise FieldError(NO_NUMBER)
    # `digits`: a source may take whatever the dialer's document does, and such a number can be added too.
    return read_phone(text.strip(), PhoneRules(region=config.region, check="digits")).digits


def read_list(parts: Parts, path: Path) -> str:
    """Judge every line of a file and keep that; the id under which it stands. Raises TableError."""
    table = open_table(path)
    place, titled = _column(table)
    import_id = new_id(parts.clock.now())
    rows = islice(table.rows(), 1 if titled else 0, None)
    lines = (_line(parts.config, row, place) for row in islice(rows, MOST_LINES + 1))
    read = 0
    for portion in _portions(lines):
        read += len(portion)
        if read > MOST_LINES:
            raise TableError("the list is too long.", f"give at most {MOST_LINES:,} numbers at once.")
        parts.store.console.suppression_lists.judge(import_id, portion)
    return import_id


def _column(table: TableFile) -> tuple[int, bool]:
    """Where the numbers stand, and whether the first row only says what stands in each column."""
    first = next(table.rows(), None)
    if first is None:
        raise TableError("the list is empty.", "give at least one number.")
    try:
        columns = read_columns(table, {})
    except TableError:
        if len(first.cells) > 1:
            raise
        return 0, False
    place = next(place for place, column in enumerate(columns.columns) if column.field in _PHONES)
    return place, columns.titled


def _line(config: GatewayConfig, row: Row, place: int) -> Line:
    if row.broken:
        return Line(number=row.number, phone="", verdict=BROKEN)
    cell = row.cells[place] if place < len(row.cells) else ""
    try:
        return Line(number=row.number, phone=number_of(config, cell), verdict="")
    except FieldError as error:
        return Line(number=row.number, phone="", verdict=error.code)


def _portions(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while portion := list(islice(lines, TOGETHER)):
        yield portion
