"""Which column of a table means which field of a lead: by its name, by what stands in it, or as the caller says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from gateway.importing.table_file import Row, TableError, TableFile
from gateway.leads.extra import safe_name
from gateway.leads.field_names import (
    FIRST_NAME,
    LAST_NAME,
    MEANT,
    RESERVED,
    STRICT_NAMES,
    place_of,
    tracking_name,
)
from gateway.leads.phone_text import read_number
from gateway.leads.reasons import FieldError
from gateway.leads.suggest import suggest
from gateway.leads.vocabulary import squeeze

LOOKED_AT = 200  # rows whose values tell what a column holds
_MOSTLY = 0.8
_PHONE_LENGTHS = range(10, 16)
_PHONES = ("MobileNo", "phone_number")


class Why(StrEnum):
    """Why a column means what it is said to mean."""

    SAID = "as you said"
    NAMED = "by its name"
    FOUND = "by its values"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: `field` is the lead's, None where it is only kept with the lead; `name` goes into the lead."""

    title: str
    name: str
    field: str | None
    why: Why | None = None
    left_out: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """All columns of a table, in order."""

    columns: tuple[Column, ...]
    titled: bool  # the first row holds titles, not a lead

    def rows(self, table: TableFile) -> Iterator[Row]:
        """Every row but the titles."""
        return islice(table.rows(), 1 if self.titled else 0, None)

    def fields(self, row: Row) -> dict[str, str]:
        """What this row says, by the names its columns have."""
        pairs = zip(self.columns, row.cells, strict=False)
        return {column.name: cell for column, cell in pairs if cell and not column.left_out}

    def fits(self, row: Row) -> bool:
        """Whether every cell has a column; a comma that is not quoted makes one more."""
        return not row.broken and not any(cell.strip() for cell in row.cells[len(self.columns) :])


def read_columns(table: TableFile, said: Mapping[str, str]) -> Columns:
    """Guess the columns; `said` names fields by title or number, an empty field leaves its column out."""
    rows = [row for row in islice(table.rows(), LOOKED_AT + 1) if not row.broken]
    if not rows:
        raise TableError("the file holds no row.", "save the sheet as CSV again.")
    titled = not any(_is_phone(cell) for cell in rows[0].cells)
    width = len(rows[0].cells)
    titles = _different(rows[0].cells) if titled else [f"column {number}" for number in range(1, width + 1)]
    columns = _named(titles, _fields_said(said, titles))
    if not any(column.field in _PHONES for column in columns):
        columns = _with_phone(columns, rows[1:] if titled else rows)
    return Columns(columns=tuple(columns), titled=titled)


def _different(cells: Iterable[str]) -> list[str]:
    """Titles as names that differ; an empty one is named by its place."""
    titles: list[str] = []
    for number, cell in enumerate(cells, 1):
        title = wanted = safe_name(" ".join(cell.split())) or f"column {number}"
        again = 2
        while title in titles:
            title, again = f"{wanted} ({again})", again + 1
        titles.append(title)
    return titles


def _fields_said(said: Mapping[str, str], titles: Sequence[str]) -> dict[str, str]:
    by_title: dict[str, str] = {}
    squeezed = {squeeze(title): title for title in reversed(titles)}
    for wanted, field in said.items():
        title = wanted if wanted in titles else squeezed.get(squeeze(wanted))
        if title is None and wanted.isdecimal() and 1 <= int(wanted) <= len(titles):
            title = titles[int(wanted) - 1]
        if title is None:
            raise TableError(
                "--map names a column that the file does not have.", f"it has {', '.join(titles)}."
            )
        by_title[title] = _field_said(field)
    return by_title


def _field_said(field: str) -> str:
    if not field or field in (FIRST_NAME, LAST_NAME):
        return field
    known = STRICT_NAMES.get(field) or tracking_name(field, squeeze(field))
    if known is None:
        meant = suggest(squeeze(field), MEANT)
        hint = f"did you mean {meant}?" if meant else "docs/import.md lists the fields."
        raise TableError("--map names a field that leads do not have.", hint)
    return known


def _named(titles: Sequence[str], said: Mapping[str, str]) -> list[Column]:
    columns = []
    for title in titles:
        if title in said:
            field = said[title]
            columns.append(
                Column(
                    title=title, name=field or title, field=field or None, why=Why.SAID, left_out=not field
                )
            )
            continue
        field = _field_of(title)
        if field in said.values():
            # What the caller chose counts alone; the other is kept with the lead under a name that means nothing.
            columns.append(Column(title=title, name=f"{title} (column)", field=None))
        else:
            columns.append(Column(title=title, name=title, field=field, why=Why.NAMED if field else None))
    return columns


def _field_of(title: str) -> str:
    """The field this title means, as every form's and portal's names are read; empty for none."""
    squeezed = squeeze(title)
    if title.startswith("_") or squeezed in RESERVED:
        return ""
    place = place_of(title)
    return place.field if place is not None else tracking_name(title, squeezed) or ""


def _with_phone(columns: list[Column], rows: Sequence[Row]) -> list[Column]:
    """No title says where the number is: the first column that is mostly numbers one can call."""
    for place, column in enumerate(columns):
        cells = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place].strip()]
        free = not column.field and not column.left_out
        if free and cells and sum(map(_is_phone, cells)) >= _MOSTLY * len(cells):
            found = Column(title=column.title, name="MobileNo", field="MobileNo", why=Why.FOUND)
            return [*columns[:place], found, *columns[place + 1 :]]
    raise TableError(
        "no column holds phone numbers.",
        f'say which one with --map "COLUMN=MobileNo"; the file has {", ".join(each.title for each in columns)}.',
    )


def _is_phone(cell: str) -> bool:
    try:
        return len(read_number(cell).digits) in _PHONE_LENGTHS
    except FieldError as error:
        return error.code == "phone.excel"
