"""Rows become leads, each once, on both engines."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.importing.columns import read_columns
from gateway.importing.importer import PROBLEMS, TOGETHER, Verdict
from gateway.importing.table_file import open_table
from gateway.leads.lead import State
from gateway.store.errors import StoreUnavailable, Trouble
from gateway.store.reading import Search
from gateway.store.records import Accepted
from gateway.store.store import Store
from tests.importing.conftest import CONFIG, SOURCE, Bench
from tests.importing.conftest import Importer as ImporterOfTests

TITLES = "Name,Mobile,City"
ROWS = [TITLES, "Asha,9876543210,Pune", "Ravi,9.88E+09,Goa", "Mira,9876543212,Delhi"]
DAY = 86_400.0


def many(number: int) -> list[str]:
    return [TITLES, *(f"Lead {each},{9_800_000_000 + each},Pune" for each in range(number))]


def verdicts(judged: list[Any]) -> list[tuple[int, Verdict]]:
    return [(each.row, each.verdict) for each in judged]


def kept(store: Store) -> int:
    return len(store.find(Search(), limit=1000).leads)


def test_a_dry_run_judges_every_row_and_keeps_none(bench: Bench, store: Store) -> None:
    bench.write(ROWS)
    judged = bench.run(dry=True)
    assert verdicts(judged) == [(2, Verdict.NEW), (3, Verdict.REFUSED), (4, Verdict.NEW)]
    assert judged[1].problems[0].code == "phone.excel"
    assert kept(store) == 0


def test_each_good_row_is_a_queued_lead_for_whoever_delivers(bench: Bench, store: Store) -> None:
    bench.write(ROWS)
    first, refused, _ = bench.run()
    assert refused.lead_id is None
    story = store.story(first.lead_id or "")
    assert story is not None
    assert story.lead.state is State.QUEUED
    assert story.fields["CustomerName"] == "Asha"
    assert story.extra == {"City": "Pune"}
    claimed = store.claim_due("main", owner="someone", limit=10, now=bench.clock.now())
    assert len(claimed) == 2


def test_a_row_is_kept_with_what_stood_in_it_alone(bench: Bench, store: Store) -> None:
    bench.write(ROWS)
    story = store.story(bench.run()[0].lead_id or "")
    assert story is not None
    assert story.enquiry is not None
    assert orjson.loads(story.enquiry.body) == {"Name": "Asha", "Mobile": "9876543210", "City": "Pune"}
    assert (story.enquiry.path, story.enquiry.query) == ("leads.csv", "row=2")


def test_the_same_file_again_brings_nothing_and_tells_where_each_lead_stands(
    bench: Bench, store: Store
) -> None:
    bench.write(ROWS)
    first = bench.run()
    bench.clock.turn(DAY)
    again = bench.run()
    assert [each.verdict for each in again] == [Verdict.KNOWN, Verdict.REFUSED, Verdict.KNOWN]
    assert [each.lead_id for each in again] == [each.lead_id for each in first]
    assert again[0].status is not None
    assert kept(store) == 2


def test_a_longer_and_sorted_file_brings_only_its_new_rows(bench: Bench, store: Store) -> None:
    bench.write(many(3))
    bench.run()
    rows = many(5)
    bench.write([rows[0], *reversed(rows[1:])])
    assert Counter(each.verdict for each in bench.run()) == {Verdict.NEW: 2, Verdict.KNOWN: 3}
    assert kept(store) == 5


def test_a_mended_row_is_new(bench: Bench) -> None:
    bench.write(ROWS)
    bench.run()
    bench.write([row.replace("9.88E+09", "9880000000") for row in ROWS])
    assert [each.verdict for each in bench.run()] == [Verdict.KNOWN, Verdict.NEW, Verdict.KNOWN]


def test_the_same_row_twice_in_one_file_is_one_lead(bench: Bench, store: Store) -> None:
    bench.write([*ROWS, ROWS[1]])
    judged = bench.run()
    assert verdicts(judged)[-1] == (5, Verdict.KNOWN)
    assert judged[-1].lead_id == judged[0].lead_id
    assert kept(store) == 2


def test_the_same_person_in_another_row_is_a_duplicate(bench: Bench) -> None:
    bench.write([*ROWS, "Asha V,+91 98765 43210,Mumbai"])
    last = bench.run()[-1]
    assert last.verdict is Verdict.NEW
    assert last.status is not None
    assert last.status.state is State.DUPLICATE


def test_an_import_that_was_stopped_goes_on_without_doubles(bench: Bench, store: Store) -> None:
    bench.write(many(3 * TOGETHER))
    table = open_table(bench.path)
    columns = read_columns(table, {})
    list(islice(bench.importer.carry_out(table, columns), 1))
    assert kept(store) == TOGETHER
    counted = Counter(each.verdict for each in bench.run())
    assert counted == {Verdict.KNOWN: TOGETHER, Verdict.NEW: 2 * TOGETHER}
    assert kept(store) == 3 * TOGETHER


def test_another_import_of_the_same_file_between_look_and_commit_is_heeded(
    bench: Bench, store: Store
) -> None:
    bench.write(ROWS)
    other = ImporterOfTests(store=store, config=CONFIG, source=SOURCE, now=bench.clock.now)
    racing = _Racing(store, lambda: list(other.carry_out(open_table(bench.path), _columns(bench))))
    mine = ImporterOfTests(store=racing, config=CONFIG, source=SOURCE, now=bench.clock.now)  # type: ignore[arg-type]
    judged = [each for portion in mine.carry_out(open_table(bench.path), _columns(bench)) for each in portion]
    assert [each.verdict for each in judged] == [Verdict.KNOWN, Verdict.REFUSED, Verdict.KNOWN]
    assert all(each.status for each in judged if each.verdict is Verdict.KNOWN)
    assert kept(store) == 2


def test_a_busy_database_is_waited_for(bench: Bench, store: Store) -> None:
    bench.write(ROWS)
    busy = _Busy(store, times=3)
    patient = ImporterOfTests(
        store=busy,  # type: ignore[arg-type]
        config=CONFIG,
        source=SOURCE,
        now=bench.clock.now,
        sleep=bench.clock.turn,
    )
    assert sum(map(len, patient.carry_out(open_table(bench.path), _columns(bench)))) == 3
    assert kept(store) == 2


def test_a_test_import_is_never_dialed_and_not_taken_for_the_real_one(bench: Bench, store: Store) -> None:
    bench.write(ROWS)
    trial = ImporterOfTests(store=store, config=CONFIG, source=SOURCE, test=True, now=bench.clock.now)
    judged = [each for some in trial.carry_out(open_table(bench.path), _columns(bench)) for each in some]
    assert judged[0].status is not None
    assert judged[0].status.state is State.TEST
    assert store.claim_due("main", owner="someone", limit=10, now=bench.clock.now()) == []
    assert bench.run()[0].verdict is Verdict.NEW


def test_a_row_with_too_many_cells_is_refused_and_a_short_one_is_not(bench: Bench) -> None:
    bench.write([TITLES, "Verma, Asha,9876543210,Pune", "Ravi,9876543211"])
    first, second = bench.run()
    assert first.problems[0].code == "row.cells"
    assert second.verdict is Verdict.NEW


def test_what_is_imported_is_accounted_for(bench: Bench, store: Store) -> None:
    bench.write([*ROWS, ROWS[1]])
    bench.run()
    assert store.verify() == []


def test_memory_does_not_grow_with_the_file(bench: Bench) -> None:
    bench.write(many(20_000))
    table = open_table(bench.path)
    portions = bench.importer.judge(table, read_columns(table, {}))
    list(islice(portions, 5))
    tracemalloc.start()
    try:
        list(islice(portions, 5))
        before = tracemalloc.get_traced_memory()[0]
        for _ in islice(portions, 10):
            pass
        assert tracemalloc.get_traced_memory()[0] - before < 500_000
    finally:
        tracemalloc.stop()


def _columns(bench: Bench) -> Any:
    return read_columns(open_table(bench.path), {})


class _Racing:
    """A store in which somebody else imports just before our commit."""

    def __init__(self, store: Store, first: Any) -> None:
        self._store = store
        self._first = first

    def transact(self, operations: Any) -> Any:
        self._first()
        return self._store.transact(operations)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class _Busy:
    """A store that is locked a few times."""

    def __init__(self, store: Store, *, times: int) -> None:
        self._store = store
        self._times = times

    def transact(self, operations: Any) -> Any:
        if self._times:
            self._times -= 1
            raise StoreUnavailable(Trouble.LOCKED, "busy")
        return self._store.transact(operations)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_what_exceeds_the_sources_day_is_refused_and_new_tomorrow(bench: Bench, store: Store) -> None:
    class Capped(_Busy):
        def transact(self, operations: Any) -> Any:
            first, *rest = operations
            return [*self._store.transact([first]), *(Accepted() for _ in rest)]

    bench.write(ROWS)
    mine = ImporterOfTests(store=Capped(store, times=0), config=CONFIG, source=SOURCE, now=bench.clock.now)  # type: ignore[arg-type]
    judged = [each for some in mine.carry_out(open_table(bench.path), _columns(bench)) for each in some]
    assert [each.verdict for each in judged] == [Verdict.NEW, Verdict.REFUSED, Verdict.REFUSED]
    assert judged[2].problems[0].code == "cap.daily"
    assert [each.verdict for each in bench.run()] == [Verdict.KNOWN, Verdict.REFUSED, Verdict.NEW]


def test_every_reason_of_a_row_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
    for code, sentence in PROBLEMS.items():
        assert f"| `{code}` | {sentence} |" in page


def test_the_store_error_of_a_full_disk_is_not_waited_for(bench: Bench, store: Store) -> None:
    class Full(_Busy):
        def transact(self, operations: Any) -> Any:
            raise StoreUnavailable(Trouble.FULL, "full")

    bench.write(ROWS)
    mine = ImporterOfTests(store=Full(store, times=0), config=CONFIG, source=SOURCE, now=bench.clock.now)  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable, match="full"):
        list(mine.carry_out(open_table(bench.path), _columns(bench)))


def test_rows_beyond_the_daily_cap_are_taken_the_next_day(bench: Bench, store: Store) -> None:
    bench.importer = replace(bench.importer, source=replace(SOURCE, daily_cap=2))
    bench.write(many(3))
    assert [each.verdict for each in bench.run()] == [Verdict.NEW, Verdict.NEW, Verdict.REFUSED]
    assert kept(store) == 2
    bench.clock.turn(DAY)
    assert [each.verdict for each in bench.run()] == [Verdict.KNOWN, Verdict.KNOWN, Verdict.NEW]
    assert kept(store) == 3
