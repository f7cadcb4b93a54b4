"""Files as Excel, Google Sheets, LibreOffice and databases write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.importing.table_file import LONGEST_CELL, Row, TableError, open_table

TEXT = "Name,Mobile\r\nआशा वर्मा,9876543210\r\n"
ROWS = [("Name", "Mobile"), ("आशा वर्मा", "9876543210")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


def cells(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in open_table(path).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"], ids=lambda name: name)
def test_every_unicode_file_is_read_by_its_mark(path: Path, encoding: str) -> None:
    path.write_bytes(TEXT.encode(encoding))
    assert cells(path) == ROWS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(path: Path, encoding: str) -> None:
    path.write_bytes("Name,Mobile\nAsha,9876543210\n".encode(encoding))
    assert cells(path) == [("Name", "Mobile"), ("Asha", "9876543210")]


def test_what_is_no_unicode_is_read_as_windows_writes_it(path: Path) -> None:
    path.write_bytes("Name,Mobile\r\nJosé “Pepe”,9876543210\r\n".encode("cp1252"))
    assert open_table(path).encoding == "cp1252"
    assert cells(path)[1] == ("José “Pepe”", "9876543210")


def test_one_bad_byte_far_behind_is_found_before_the_first_row_is_read(path: Path) -> None:
    path.write_bytes(b"Name,Mobile\n" + b"Asha,9876543210\n" * 10_000 + b"\x81,1\n")
    with pytest.raises(TableError, match="cp1252"):
        open_table(path)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_cuts_all_rows_alike(path: Path, separator: str) -> None:
    lines = (
        ("Name", "Mobile", "Note"),
        ("Verma, Asha", "9876543210", "a"),
        ("Rao; Ravi", "9876543211", "b|c"),
    )
    path.write_text("\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines))
    assert open_table(path).separator == separator
    assert cells(path) == list(lines)


def test_excels_own_line_about_the_separator_is_no_row(path: Path) -> None:
    path.write_text("sep=;\r\nName;Mobile\r\nAsha, Pune;9876543210\r\n")
    rows = list(open_table(path).rows())
    assert rows == [Row(1, ("Name", "Mobile")), Row(2, ("Asha, Pune", "9876543210"))]


def test_a_list_of_numbers_alone_is_a_table_of_one_column(path: Path) -> None:
    path.write_text("9876543210\n9876543211\n")
    assert cells(path) == [("9876543210",), ("9876543211",)]


def test_rows_have_the_numbers_a_spreadsheet_shows(path: Path) -> None:
    path.write_text('Name,Mobile\n"Asha\nVerma",9876543210\n\n , \nRavi,9876543211\n')
    assert [row.number for row in open_table(path).rows()] == [1, 2, 5]


def test_a_quote_that_is_never_closed_costs_one_row_and_no_memory(path: Path) -> None:
    path.write_text('Name,Mobile\nAsha,"9876543210\n' + "x" * (LONGEST_CELL + 10) + "\nRavi,9876543211\n")
    rows = list(open_table(path).rows())
    assert [row.broken for row in rows][:2] == [False, True]
    assert rows[-1].cells == ("Ravi", "9876543211")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"PK\x03\x04rest", "Excel workbook"), (b"\xd0\xcf\x11\xe0rest", "old Excel workbook")],
)
def test_what_is_no_csv_is_told_with_the_way_out(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)
    with pytest.raises(TableError, match=said) as refused:
        open_table(path)
    assert "save" in refused.value.next_step.lower()


def test_an_encoding_that_does_not_exist_is_refused(path: Path) -> None:
    path.write_text(TEXT)
    with pytest.raises(TableError, match="no such encoding"):
        open_table(path, encoding="utf-99")
