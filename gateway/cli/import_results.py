"""The result file of an import: a row for each of the file, with what became of it and the dialer's Lead ID."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from gateway.exporting.spreadsheet import Sheet
from gateway.importing.importer import Judged, Verdict, still_open
from gateway.leads.lead import LeadStatus
from gateway.store import Store

TITLES = ("row", "verdict", "lead", "state", "Lead ID", "list", "reason_code", "field", "message")
TOGETHER = 500  # leads of one look
_LEAD = TITLES.index("lead")


def results_path(table: Path) -> Path:
    """Beside the table: leads.csv has its results in leads.results.csv."""
    return table.with_name(f"{table.stem}.results.csv")


@contextmanager
def written(path: Path) -> Iterator[Sheet]:
    """A whole file or the one before: it takes its name when everything stands in it."""
    growing = path.with_name(f"{path.name}.part")
    with _private(growing) as out:
        yield Sheet(out, TITLES)
    growing.replace(path)


def _private(path: Path) -> IO[str]:
    """Readable by its owner alone: it tells about persons."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def line_of(judged: Judged) -> tuple[object, ...]:
    if judged.verdict is Verdict.REFUSED:
        first = judged.problems[0]
        return (judged.row, judged.verdict, "", "", "", "", first.code, _fields(judged), _sentences(judged))
    return (judged.row, judged.verdict, judged.lead_id, *_standing(judged.status))


def _standing(status: LeadStatus | None) -> tuple[object, ...]:
    if status is None:
        return ("",) * 6
    where = status.dialer_list_id or status.list_id
    return (status.state, status.dialer_lead_id, where, status.reason_code, "", status.message)


def _fields(judged: Judged) -> str:
    return ", ".join(dict.fromkeys(each.field for each in judged.problems if each.field))


def _sentences(judged: Judged) -> str:
    return " ".join(dict.fromkeys(each.message for each in judged.problems))


def look_again(path: Path, store: Store) -> int:
    """Bring every lead of a result file to where it stands now; how many the dialer has not answered yet."""
    waiting = 0
    with path.open(encoding="utf-8-sig", newline="") as old, written(path) as sheet:
        lines = csv.reader(old)
        next(lines)
        while portion := list(islice(lines, TOGETHER)):
            found = store.statuses([line[_LEAD] for line in portion if line[_LEAD]])
            waiting += sum(map(still_open, found.values()))
            for line in portion:
                sheet.add(_brought_up(line, found))
    return waiting


def _brought_up(line: list[str], found: Mapping[str, LeadStatus]) -> tuple[object, ...]:
    status = found.get(line[_LEAD])
    return tuple(line) if status is None else (*line[: _LEAD + 1], *_standing(status))
