"""`gateway export`: whole, streamed, filtered, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from gateway.exporting.lead_files import TITLES
from gateway.exporting.spreadsheet import BOM, Sheet, inert
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.exporting import TOGETHER, exported
from gateway.store.reading import Search
from tests.cli.conftest import CommandLine

ROWS = (
    "Name,Mobile,Note,List of wishes\r\n"
    'Asha,9876543210,=HYPERLINK("http://x"),a\r\nआशा,9876543211,"two\r\nlines",b\r\nKim,+1 650 253 0000,@SUM(1),c\r\n'
)


@pytest.fixture
def filled(migrated: CommandLine) -> CommandLine:
    path = migrated.folder / "leads.csv"
    path.write_text(ROWS, newline="")
    done = migrated.run("import", str(path), "--source", "partner", "--yes", "--map", "Note=CustomField1")
    assert done.exit_code == 0, done.output
    return migrated


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


@pytest.mark.parametrize("start", [*"=+-@\t\r\n\0", *"＝＋－＠", " =", "\n="])
def test_no_cell_is_a_formula(start: str) -> None:
    assert inert(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("value", ["", None, "Asha", "9876543210", "a=b", "'=1"])
def test_other_cells_stay_as_they_are(value: str | None) -> None:
    assert inert(value) == (value or "")


def test_cells_are_quoted_as_rfc_4180_wants() -> None:
    out = io.StringIO(newline="")
    Sheet(out, ["a", "b"]).add(['say "yes"', "x,\r\ny"])
    assert out.getvalue() == f'{BOM}a,b\r\n"say ""yes""","x,\r\ny"\r\n'


def test_the_table_has_every_lead_with_every_field(filled: CommandLine) -> None:
    done = filled.run("export")
    assert done.exit_code == 0, done.output
    leads = {lead["phone_number"]: lead for lead in table(done.stdout)}
    assert tuple(leads["9876543210"]) == TITLES
    assert leads["9876543211"]["CustomerName"] == "आशा"
    assert leads["9876543210"]["CustomField1"].startswith("'=HYPERLINK")
    assert json.loads(leads["9876543210"]["also_sent"]) == {"List of wishes": "a"}
    assert "3 leads exported." in done.stderr


def test_lines_of_json_keep_every_value_as_it_is(filled: CommandLine) -> None:
    lines = filled.run("export", "--format", "ndjson").stdout.splitlines()
    by_phone = {lead["phone"]: lead for lead in map(json.loads, lines)}
    assert by_phone["9876543210"]["fields"]["CustomField1"].startswith("=HYPERLINK")
    assert by_phone["16502530000"]["state"] == "queued"


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("--state", "queued"), 3),
        (("--state", "delivered"), 0),
        (("--source", "website"), 0),
        (("--source", "partner", "--dialer", "main", "--since", "1h"), 3),
        (("--until", "1h"), 0),
        (("--since", "2020-01-01", "--until", "2020-02-01"), 0),
    ],
)
def test_only_what_is_wanted_is_exported(filled: CommandLine, words: tuple[str, ...], number: int) -> None:
    assert len(table(filled.run("export", *words).stdout)) == number


def test_a_file_is_for_its_owner_alone(filled: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    done = filled.run("export", "--output", str(target))
    assert done.stdout == ""
    assert target.stat().st_mode & 0o077 == 0
    assert len(table(target.read_bytes().decode())) == 3


def test_what_cannot_be_written_or_understood_is_told(filled: CommandLine) -> None:
    assert "--output" in filled.run("export", "--output", "/nowhere/at/all.csv").stderr
    assert filled.run("export", "--since", "soon").exit_code == 2


def test_every_page_is_exported_once_and_in_order(migrated: CommandLine) -> None:
    number = TOGETHER * 2
    path = migrated.folder / "many.csv"
    path.write_text("Mobile\n" + "".join(f"{9_800_000_000 + each}\n" for each in range(number)))
    assert migrated.run("import", str(path), "--source", "partner", "--yes").exit_code == 0
    store: Store = migrated.store()
    ids = [lead.id for lead in exported(store, Search(states=(State.QUEUED,)))]
    store.close()
    assert len(ids) == number
    assert ids == sorted(set(ids))
