"""Which column means what."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.importing.columns import Columns, Why, read_columns
from gateway.importing.table_file import TableError, open_table


def columns_of(tmp_path: Path, text: str, said: dict[str, str] | None = None) -> Columns:
    path = tmp_path / "leads.csv"
    path.write_text(text)
    return read_columns(open_table(path), said or {})


def meanings(columns: Columns) -> list[tuple[str, str | None, Why | None]]:
    return [(each.title, each.field or None, each.why) for each in columns.columns]


def test_titles_are_understood_as_forms_and_portals_write_them(tmp_path: Path) -> None:
    found = columns_of(
        tmp_path, "Full Name,Mobile No.,utm_source,Email\nAsha,9876543210,google,a@example.com\n"
    )
    assert meanings(found) == [
        ("Full Name", "CustomerName", Why.NAMED),
        ("Mobile No.", "MobileNo", Why.NAMED),
        ("utm_source", "utm_source", Why.NAMED),
        ("Email", None, None),
    ]


def test_a_number_without_a_telling_title_is_found_by_its_values(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "Who,Kontakt\nAsha,p:+919876543210\nRavi,98765 43211\nMira,9.88E+09\n")
    assert meanings(found)[1] == ("Kontakt", "MobileNo", Why.FOUND)


def test_a_file_without_titles_loses_no_row(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "9876543210,Asha\n9876543211,Ravi\n")
    assert not found.titled
    assert meanings(found)[0] == ("column 1", "MobileNo", Why.FOUND)


def test_what_the_caller_says_counts(tmp_path: Path) -> None:
    said = {"phone 2": "MobileNo", "1": "", "note": "custom_field1"}
    found = columns_of(tmp_path, "Mobile,Phone 2,Note\n9876543210,9876543211,x\n", said)
    assert meanings(found) == [
        ("Mobile", None, Why.SAID),
        ("Phone 2", "MobileNo", Why.SAID),
        ("Note", "CustomField1", Why.SAID),
    ]


def test_a_column_that_meant_the_same_is_kept_beside_the_chosen_one(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "Mobile,Other\n9876543210,9876543211\n", {"Other": "MobileNo"})
    row = next(found.rows(open_table(tmp_path / "leads.csv")))
    assert found.fields(row) == {"Mobile (column)": "9876543210", "MobileNo": "9876543211"}


def test_equal_titles_stay_two_columns(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "Mobile,Note,Note,\n9876543210,a,b,c\n")
    assert [each.title for each in found.columns] == ["Mobile", "Note", "Note (2)", "column 4"]


@pytest.mark.parametrize(
    ("said", "next_step"),
    [
        ({"Nobody": "MobileNo"}, "Mobile, Note"),
        ({"Note": "CustomerNam"}, "customer_name"),
        ({"Note": "list_id"}, ""),
    ],
)
def test_what_cannot_be_mapped_is_refused_with_a_hint(
    tmp_path: Path, said: dict[str, str], next_step: str
) -> None:
    with pytest.raises(TableError) as refused:
        columns_of(tmp_path, "Mobile,Note\n9876543210,a\n", said)
    assert next_step in refused.value.next_step


def test_a_file_without_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no column holds phone numbers") as refused:
        columns_of(tmp_path, "Who,Where\nAsha,Pune\n")
    assert "Who, Where" in refused.value.next_step
