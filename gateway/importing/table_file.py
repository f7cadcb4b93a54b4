"""Reads a table from a file as spreadsheets write them: encoding, separator and rows, one row in memory at a time."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
LONGEST_CELL = 100_000  # characters; a quote that is never closed would swallow the rest of the file
_BLOCK = 1 << 20
_SAMPLE = 1 << 16  # bytes that tell the separator
_SAMPLE_ROWS = 50
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TABLES = {b"PK\x03\x04": "an Excel workbook or a zip", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}


class TableError(Exception):
    """A file that cannot be read as a table; `next_step` says what to do with it."""

    def __init__(self, cause: str, next_step: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands; `number` is the one a spreadsheet shows, `broken` why it cannot be read."""

    number: int
    cells: tuple[str, ...]
    broken: bool = False


class TableFile:
    """A file whose encoding and separator are known; it can be read as often as wanted."""

    def __init__(self, path: Path, *, encoding: str, separator: str, marked: bool) -> None:
        self.path = path
        self.encoding = encoding
        self.separator = separator
        self.size = path.stat().st_size
        self._marked = marked  # its first line is Excel's "sep=;", which no spreadsheet shows
        self._raw: BinaryIO | None = None

    @property
    def position(self) -> int:
        """Bytes read so far, to the next block."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else self.size

    def rows(self) -> Iterator[Row]:
        """Every row that holds something, from the first."""
        csv.field_size_limit(LONGEST_CELL)
        with self.path.open("rb", buffering=0) as raw:
            self._raw = raw
            text = io.TextIOWrapper(io.BufferedReader(raw, _SAMPLE), encoding=self.encoding, newline="")
            if self._marked:
                text.readline()
            yield from self._numbered(text)

    def _numbered(self, text: TextIO) -> Iterator[Row]:
        reader = csv.reader(text, delimiter=self.separator)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader, None)
            except csv.Error:
                yield Row(number, (), broken=True)
                continue
            if cells is None:
                return
            if any(cell and not cell.isspace() for cell in cells):
                yield Row(number, tuple(cells))


def open_table(path: Path, *, encoding: str | None = None, separator: str | None = None) -> TableFile:
    """Find out how the file is written; raises TableError where that is no table."""
    try:
        if not path.stat().st_size:
            raise TableError("the file is empty.", "save the sheet as CSV again.")
        encoding = encoding or _encoding_of(path)
        _refuse_undecodable(path, encoding)
        with path.open(encoding=encoding, newline="") as text:
            sample = text.read(_SAMPLE)
    except OSError as error:
        raise TableError(
            f"the file cannot be read ({error.strerror}).", "look at its path and its rights."
        ) from error
    first = sample.split("\n", 1)[0].rstrip("\r")
    marked = len(first) == len("sep=,") and first.lower().startswith("sep=")
    if separator is None:
        separator = first[-1] if marked else _separator_of(sample)
    return TableFile(path, encoding=encoding, separator=separator, marked=marked)


# -- encoding ------------------------------------------------------------------------------------------------


def _encoding_of(path: Path) -> str:
    with path.open("rb") as raw:
        start = raw.read(4096)
    for magic, what in _NO_TABLES.items():
        if start.startswith(magic):
            raise TableError(f"this is {what}, not a CSV file.", 'open it and choose "Save as… CSV UTF-8".')
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    if wide := _wide(start):
        return wide
    # Not one byte of text in another encoding is UTF-8 by chance for long; Excel on Windows writes cp1252.
    return "utf-8" if _decodes(path, "utf-8") else "cp1252"


def _wide(start: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of digits and commas is zero."""
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        if zeros.count(0) > 0.4 * len(zeros) > 0:
            return encoding
    return None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as raw:
            while block := raw.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _refuse_undecodable(path: Path, encoding: str) -> None:
    """Told before the first row is kept, not in the middle."""
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise TableError("there is no such encoding.", "name one such as utf-8, utf-16 or cp1252.") from error
    if encoding != "utf-8" and not _decodes(path, encoding):
        raise TableError(
            f"the file is not written in {encoding}.", 'save it as "CSV UTF-8", or give --encoding.'
        )


# -- separator -----------------------------------------------------------------------------------------------


def _separator_of(sample: str) -> str:
    """The one that cuts most rows into the same number of cells, the more cells the better."""
    best = max(SEPARATORS, key=lambda separator: _evenness(sample, separator))
    return best if _evenness(sample, best)[1] > 1 else ","


def _evenness(sample: str, separator: str) -> tuple[float, int]:
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    try:
        widths.update(len(cells) for cells in islice(reader, _SAMPLE_ROWS) if cells)
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    width, rows = widths.most_common(1)[0]
    return (rows / widths.total() if width > 1 else 0.0), width
