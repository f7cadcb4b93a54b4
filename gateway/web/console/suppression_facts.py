"""What the page of numbers that must not be called shows; a number stands in no address and in no form of it."""

from __future__ import annotations

import base64
import binascii
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from flask import request

from gateway.accounts.second_factor import Unsealable, seal, unseal
from gateway.exporting.spreadsheet import Sheet
from gateway.importing.table_file import TableError
from gateway.leads.reasons import PROBLEMS, FieldError
from gateway.operating import do_not_call
from gateway.store.suppression_lists import LISTED, NEW, REPEATED, Line
from gateway.store.suppressions import Suppression
from gateway.web.console.rights import person
from gateway.web.context import secret_key, services
from gateway.web.errors import Refusal

_TOGETHER = 500  # rows of one piece of an export
_WORDS = {
    NEW: "new",
    LISTED: "on the list already",
    REPEATED: "a repetition of a line above",
    do_not_call.BROKEN: "The line cannot be read.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One number of the list; `key` names it to us alone."""

    number: Suppression
    key: str
    stopped: int  # leads that were not sent because of it


@dataclass(frozen=True, kw_only=True, slots=True)
class LookedUp:
    """What was typed into the search, read as a number."""

    phone: str = ""
    row: Row | None = None
    problem: str = ""


def rows(numbers: Sequence[Suppression]) -> list[Row]:
    """Numbers with what each has stopped."""
    stopped = services().store.console.suppressions.stopped([each.phone for each in numbers])
    return [Row(number=each, key=_sealed(each.phone), stopped=stopped.get(each.phone, 0)) for each in numbers]


def look_up(written: str) -> LookedUp:
    """The number in any spelling."""
    try:
        phone = do_not_call.number_of(services().config, written)
    except FieldError as error:
        return LookedUp(problem=PROBLEMS[error.code])
    found = services().store.console.suppressions.find(phone)
    return LookedUp(phone=phone, row=rows([found])[0] if found else None)


# -- numbers that only we can read ---------------------------------------------------------------------------


def opened(key: str) -> str:
    """The number behind a row's key, for the person whose page it stood on."""
    try:
        return unseal(secret_key(), base64.urlsafe_b64decode(key), _purpose())
    except (Unsealable, binascii.Error, ValueError):
        raise Refusal("request.invalid") from None


def sealed_place(after: tuple[float, str]) -> str:
    """Where the next page begins, for an address."""
    return _sealed(f"{after[0]!r} {after[1]}")


def opened_place(key: str) -> tuple[float, str] | None:
    """Where a page begins; None: at the beginning."""
    if not key:
        return None
    since, _, phone = opened(key).partition(" ")
    try:
        return float(since), phone
    except ValueError:
        raise Refusal("request.invalid") from None


def _sealed(text: str) -> str:
    return base64.urlsafe_b64encode(seal(secret_key(), text, _purpose())).decode()


def _purpose() -> str:
    return f"do not call {person().id}"


# -- lists ---------------------------------------------------------------------------------------------------


@contextmanager
def sent_list() -> Iterator[Path]:
    """The uploaded file, or else what was pasted, as a file that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="list-") as folder:
        path = Path(folder) / "list"
        upload = request.files.get("file")
        if upload is not None and upload.filename:
            upload.save(path)
        else:
            path.write_text(request.form.get("pasted", ""), encoding="utf-8", errors="replace")
        if not path.stat().st_size:
            raise TableError("nothing was pasted or chosen.", "paste numbers, one a line, or choose a file.")
        yield path


def verdicts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many lines are what, the good ones first."""
    known = [(_WORDS[name], counts[name]) for name in (NEW, LISTED, REPEATED) if counts.get(name)]
    wrong = sum(number for name, number in counts.items() if name not in (NEW, LISTED, REPEATED))
    return [*known, ("no number", wrong)] if wrong else known


def word_of(verdict: str) -> str:
    """A verdict in words."""
    return _WORDS.get(verdict) or PROBLEMS.get(verdict, verdict)


def lines_as_csv(lines: Iterable[Line]) -> Iterator[str]:
    """Line by line, without the numbers themselves."""
    return _as_csv(("line", "verdict"), ((line.number, word_of(line.verdict)) for line in lines))


def list_as_csv(numbers: Iterable[Suppression]) -> Iterator[str]:
    """The list as it leaves, numbers whole."""
    cells = (
        (
            each.phone,
            datetime.fromtimestamp(each.since, UTC).isoformat(timespec="seconds"),
            each.reason,
            each.added_by,
        )
        for each in numbers
    )
    return _as_csv(("number", "since", "reason", "added_by"), cells)


def _as_csv(titles: Sequence[str], cells: Iterable[Sequence[object]]) -> Iterator[str]:
    text = io.StringIO()
    sheet = Sheet(text, titles)
    left = iter(cells)
    while True:
        portion = list(islice(left, _TOGETHER))
        for each in portion:
            sheet.add(each)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
        if len(portion) < _TOGETHER:
            return
