"""`gateway import`: shown, checked, asked, resumed, and a result for each row."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from gateway.cli.import_progress import told
from gateway.cli.import_results import look_again
from gateway.leads.lead import State
from gateway.store.operations import LeadResult, MarkSending, RecordAttempt
from gateway.store.reading import Search
from tests.cli.conftest import CommandLine
from tests.store.making import OWNER

ROWS = (
    "Full Name,Mobile Number,City\r\nAsha,9876543210,Pune\r\nRavi,9.88E+09,Goa\r\nMira,98765 43212,Delhi\r\n"
)


@pytest.fixture
def file(migrated: CommandLine) -> Path:
    path = migrated.folder / "leads.csv"
    path.write_text(ROWS)
    return path


def results(file: Path) -> list[dict[str, str]]:
    path = file.with_name("leads.results.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def kept(command_line: CommandLine) -> int:
    store = command_line.store()
    found = len(store.find(Search(), limit=100).leads)
    store.close()
    return found


def test_a_dry_run_shows_the_columns_and_keeps_nothing(migrated: CommandLine, file: Path) -> None:
    done = migrated.run("import", str(file), "--source", "partner", "--dry-run")
    assert done.exit_code == 1, done.output
    shown = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "Full Name CustomerName by its name" in shown
    assert "City kept with the lead" in shown
    assert "3 rows: 2 new, 1 refused." in done.stdout
    assert "Format the column as text" in done.stdout
    assert [line["verdict"] for line in results(file)] == ["new", "refused", "new"]
    assert kept(migrated) == 0


def test_nothing_is_imported_before_the_question_is_answered(migrated: CommandLine, file: Path) -> None:
    declined = migrated.run("import", str(file), "--source", "partner", answer="n\n")
    assert "Import 2 leads into partner?" in declined.output
    assert kept(migrated) == 0
    agreed = migrated.run("import", str(file), "--source", "partner", answer="y\n")
    assert agreed.exit_code == 1
    assert kept(migrated) == 2


def test_no_value_of_the_file_is_shown(migrated: CommandLine, file: Path) -> None:
    done = migrated.run("import", str(file), "--source", "partner", "--yes")
    for value in ("Asha", "9876543210", "98765 43212", "Delhi"):
        assert value not in done.output


def test_the_results_name_each_lead_or_the_reason(migrated: CommandLine, file: Path) -> None:
    migrated.run("import", str(file), "--source", "partner", "--yes")
    first, refused, _ = results(file)
    assert (first["row"], first["state"], first["list"]) == ("2", "queued", "25062018")
    assert (refused["reason_code"], refused["field"]) == ("phone.excel", "Mobile Number")
    shown = migrated.run("leads", "show", first["lead"])
    assert "IMPORT leads.csv" in shown.stdout


def test_a_second_run_brings_the_lead_ids_and_no_lead(migrated: CommandLine, file: Path) -> None:
    migrated.run("import", str(file), "--source", "partner", "--yes")
    deliver_one(migrated, results(file)[0]["lead"])
    again = migrated.run("import", str(file), "--source", "partner")
    assert "2 imported before, 1 refused" in again.stdout
    assert "Import" not in again.stdout.split("refused.")[1]
    assert [line["Lead ID"] for line in results(file)] == ["1764", "", ""]
    assert kept(migrated) == 2


def test_results_are_brought_up_to_date_without_reading_the_file_again(
    migrated: CommandLine, file: Path
) -> None:
    migrated.run("import", str(file), "--source", "partner", "--yes")
    deliver_one(migrated, results(file)[0]["lead"])
    store = migrated.store()
    assert look_again(file.with_name("leads.results.csv"), store) == 1
    store.close()
    first, refused, last = results(file)
    assert (first["state"], first["Lead ID"]) == ("delivered", "1764")
    assert refused["reason_code"] == "phone.excel"
    assert last["state"] == "queued"


def test_waiting_ends_when_its_time_is_over(migrated: CommandLine, file: Path) -> None:
    done = migrated.run("import", str(file), "--source", "partner", "--yes", "--wait", "1s")
    assert "2 leads not answered yet" in done.stderr


def test_a_file_whose_rows_are_all_leads_ends_with_zero(migrated: CommandLine, file: Path) -> None:
    file.write_text(ROWS.replace("9.88E+09", "9880000000"))
    for _ in range(2):
        assert migrated.run("import", str(file), "--source", "partner", "--yes").exit_code == 0


def test_the_result_file_is_for_its_owner_alone_and_never_the_file_itself(
    migrated: CommandLine, file: Path
) -> None:
    migrated.run("import", str(file), "--source", "partner", "--dry-run")
    assert file.with_name("leads.results.csv").stat().st_mode & 0o077 == 0
    done = migrated.run("import", str(file), "--source", "partner", "--dry-run", "--results", str(file))
    assert done.exit_code == 2
    assert file.read_bytes() == ROWS.encode()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--source", "nobody"), 1, "there is no source nobody"),
        (("--source", "partner", "--map", "City"), 2, "COLUMN=FIELD"),
        (("--source", "partner", "--map", "Town=CustomField1"), 1, "Full Name, Mobile Number, City"),
        (("--source", "partner", "--wait", "soon"), 2, "--wait"),
        (("--source", "partner", "--encoding", "utf-16"), 1, "not written in utf-16"),
        (("--source", "partner", "--yes", "--results", "/nowhere/at/all.csv"), 1, "--results"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_kept(
    migrated: CommandLine, file: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = migrated.run("import", str(file), *words)
    assert done.exit_code == code, done.output
    assert said in " ".join(done.stderr.split())
    assert kept(migrated) == 0


def test_progress_fits_a_narrow_terminal() -> None:
    line = told(41_800, 0.42, 14.2)
    assert line == " 42%  41,800 rows  2,944/s  0:20 left"
    assert len(f"Importing {'-' * 24} {told(9_999_999, 0.01, 3_700)}") <= 80


def deliver_one(command_line: CommandLine, lead_id: str) -> None:
    store, now = command_line.store(), time.time()
    store.register_process(OWNER, now=now, alive_for=60)
    store.claim_due("main", owner=OWNER, limit=10, now=now)
    mark = MarkSending(dialer="main", owner=OWNER, attempt_id="A1", lead_ids=(lead_id,), now=now)
    result = LeadResult(lead_id=lead_id, state=State.DELIVERED, outcome="created", dialer_lead_id="1764")
    attempt = RecordAttempt(
        attempt_id="A1",
        dialer="main",
        action="add_lead",
        started_at=now,
        finished_at=now,
        http_status=200,
        response="{}",
        results=(result,),
    )
    store.transact([mark])
    store.transact([attempt])
    store.close()
