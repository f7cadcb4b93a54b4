"""What an import tells in a terminal: how the file is read, which rows are refused, and what became of the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rich.text import Text

from gateway.cli.output import console, plain, table
from gateway.importing.columns import Columns
from gateway.importing.importer import PROBLEMS, Judged, Verdict
from gateway.importing.table_file import SEPARATORS, TableFile
from gateway.leads.field_names import FIRST_NAME, LAST_NAME
from gateway.leads.lead import State
from gateway.leads.reasons import PROBLEMS as LEAD_PROBLEMS

SHOWN = 10  # refused rows; the result file has all
_PARTS_OF_A_NAME = {FIRST_NAME: "CustomerName (first part)", LAST_NAME: "CustomerName (last part)"}
_IN_WORDS = {
    State.DUPLICATE: "the same person as another lead, not sent again",
    State.SUPPRESSED: "not to be called",
    State.TEST: "kept as tests",
    State.QUARANTINED: "in quarantine; the result file says why",
}


@dataclass(slots=True)
class Tally:
    """Counts what became of the rows; only the first refused ones are remembered."""

    rows: int = 0
    seconds: float = 0.0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    states: Counter[State] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refused: list[Judged] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        self.rows += 1
        self.verdicts[judged.verdict] += 1
        if judged.verdict is Verdict.NEW and judged.status is not None:
            self.states[judged.status.state] += 1
        if judged.verdict is Verdict.REFUSED:
            self.reasons[judged.problems[0].code] += 1
            if len(self.refused) < SHOWN:
                self.refused.append(judged)


def print_reading(read: TableFile, columns: Columns, source: str) -> None:
    """The file as it is understood, before anything is done with it."""
    out = console()
    titles = "titles in the first row" if columns.titled else "no titles"
    separator = SEPARATORS.get(read.separator, read.separator)
    out.print(Text.assemble((plain(read.path.name), "bold"), f" for the source {plain(source)}"))
    out.print(f"{read.encoding}, separated by {separator}, {titles}\n")
    rows = [
        (plain(each.title), _meaning(each.field, left_out=each.left_out), str(each.why or ""))
        for each in columns.columns
    ]
    out.print(table(("column", "becomes", "why"), rows))
    out.print('\nAnother meaning: --map "COLUMN=FIELD"; --map "COLUMN=" leaves one out.\n')


def _meaning(name: str | None, *, left_out: bool) -> Text:
    if left_out:
        return Text("left out", style="dim")
    if not name:
        return Text("kept with the lead", style="dim")
    return Text(_PARTS_OF_A_NAME.get(name, name), style="green")


def print_judged(tally: Tally) -> None:
    """After the check: what an import would do."""
    out = console()
    out.print(f"{tally.rows:,} rows: {_counted(tally)}.")


def print_done(tally: Tally) -> None:
    """After the import."""
    out = console()
    rate = tally.rows / tally.seconds if tally.seconds > 0 else 0.0
    out.print(f"{tally.rows:,} rows: {_counted(tally)}.  {tally.seconds:,.1f} s, {rate:,.0f} rows/s")
    for state, number in tally.states.most_common():
        if state in _IN_WORDS:
            out.print(f"  {number:,} of the new ones: {_IN_WORDS[state]}")


def _counted(tally: Tally) -> str:
    words = {Verdict.NEW: "new", Verdict.KNOWN: "imported before", Verdict.REFUSED: "refused"}
    counted = [f"{tally.verdicts[each]:,} {word}" for each, word in words.items() if tally.verdicts[each]]
    return ", ".join(counted) or "nothing to do"


def print_refused(tally: Tally) -> None:
    """Why rows are no leads, and the first of them."""
    out = console()
    if not tally.refused:
        return
    sentences = {**LEAD_PROBLEMS, **PROBLEMS}
    counted = [
        (f"{number:,}", Text(code, style="yellow"), sentences.get(code, ""))
        for code, number in tally.reasons.most_common()
    ]
    out.print(table(("refused", "reason", "what to do"), counted))
    first = [
        (f"{judged.row:,}", plain(problem.field), problem.code)
        for judged in tally.refused
        for problem in judged.problems
    ]
    out.print()
    out.print(table(("row", "column", "reason"), first))
    left = tally.verdicts[Verdict.REFUSED] - len(tally.refused)
    out.print(f"… and {left:,} more, all in the result file\n" if left else "")
