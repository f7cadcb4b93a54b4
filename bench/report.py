"""The tables people read, as Markdown: on the screen, in bench/out/ and inside bench/README.md."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.console import quantile
from bench.scenarios import Series
from bench.tooling import BENCH
from bench.verdicts import Spread, Verdict, mid, values
from bench.webhooks import KINDS

README = BENCH / "README.md"
QUIET_CORES = 0.3  # Redis takes a part of that
SIDES = ("contestant", "generator", "dialer", "other")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _spread(series: Series, name: str, key: str, digits: int) -> str:
    rounds = series.rounds.get(name)
    if not rounds:
        return "-"
    one = Spread.of(values(rounds, key))
    return f"{one.median:,.{digits}f} ({one.low:,.{digits}f} to {one.high:,.{digits}f})"


def rates(title: str, rows: Sequence[Series]) -> str:
    """Leads per second by contestant: median (lowest to highest)."""
    names = list(dict.fromkeys(name for series in rows for name in series.rounds))
    body = [
        [series.name, *(_spread(series, name, "leads_per_second", 0) for name in names)] for series in rows
    ]
    return f"### {title}\n\nPer second, median (lowest to highest) of the rounds.\n\n" + _table(
        ["", *names], body
    )


def latencies(title: str, rows: Sequence[Series]) -> str:
    """Milliseconds by contestant."""
    names = list(dict.fromkeys(name for series in rows for name in series.rounds))
    body = [
        [f"{series.name}, {label}", *(_spread(series, name, key, 2) for name in names)]
        for series in rows
        for label, key in (("p50", "p50_ms"), ("p99", "p99_ms"))
    ]
    return f"### {title}\n\nMilliseconds, median (lowest to highest) of the rounds.\n\n" + _table(
        ["", *names], body
    )


def cpu(rows: Sequence[Series]) -> str:
    """Cores used by each side, so that one sees who the bottleneck was."""
    names = list(dict.fromkeys(name for series in rows for name in series.rounds))
    body = []
    for series in rows:
        cells = []
        for name in names:
            sides = [mid(series, name, f"{side}_cores") for side in SIDES]
            cells.append(" / ".join("-" if side is None else f"{side:.2f}" for side in sides))
        body.append([series.name, *cells])
    head = (
        "### Cores used: contestant / load generator / fake dialer / everything else\n\n"
        "Medians of the rounds. Everything else is Redis and whatever else the machine did.\n\n"
    )
    return head + _table(["", *names], body) + f"\n\n{noise(rows)}"


def cost(rows: Sequence[Series]) -> str:
    """CPU of the contestant per lead: the figure that suffers least from a machine that is not quiet."""
    names = list(dict.fromkeys(name for series in rows for name in series.rounds if name != "straight"))
    body = []
    for series in rows:
        cells = []
        for name in names:
            prices = [
                one["contestant_cores"] / one["leads_per_second"] * 1e6
                for one in series.rounds.get(name, [])
                if one["leads_per_second"]
            ]
            cells.append(f"{median(prices):,.0f}" if prices else "-")
        body.append([series.name, *cells])
    return "### CPU of one lead\n\nMicroseconds, median of the rounds.\n\n" + _table(["", *names], body)


def noise(rows: Sequence[Series]) -> str:
    """A warning when other programs had a part in the result."""
    others = [mid(series, name, "other_cores") or 0.0 for series in rows for name in series.rounds]
    if max(others, default=0.0) <= QUIET_CORES:
        return "The machine was quiet: no row shares the cores with other programs."
    return f"**Noisy**: other programs used up to {max(others):.2f} cores. Do not quote these figures."


def memory(result: dict[str, Any]) -> str:
    samples, load = result["samples_mb"], result["load"]
    step = max(1, len(samples) // 10)
    course = " ".join(f"{value:.0f}" for value in samples[::step])
    return (
        f"### Memory during {result['minutes']:g} minutes of a steady stream\n\n"
        f"All gateway processes together (PSS), MB: {course}; highest {max(samples):.0f}.\n"
        f"{load['created']:,} of {load['due']:,} leads answered with their Lead ID; "
        f"p50 {load['p50_ms']:.1f} ms, p99 {load['p99_ms']:.1f} ms, counted from each lead's own moment."
    )


def webhooks(rounds: Sequence[dict[str, Any]]) -> str:
    """Milliseconds until a platform has its acknowledgement."""
    keys = ("p50_ms", "p90_ms", "p99_ms", "max_ms")
    body = []
    for key in keys:
        one = Spread.of([float(each[key]) for each in rounds])
        body.append([key.removesuffix("_ms"), f"{one.median:,.2f} ({one.low:,.2f} to {one.high:,.2f})"])
    due = sum(each["due"] for each in rounds)
    return (
        "### Acknowledging webhooks\n\n"
        f"{due:,} signed deliveries of {len(KINDS)} kinds at a steady rate; milliseconds from each one's own moment,"
        " median (lowest to highest) of the rounds.\n\n" + _table(["", "ms"], body)
    )


def fairness(rounds: Sequence[dict[str, Any]]) -> str:
    """How long one partner waits beside another's burst."""
    return (
        "### One lead a second beside a burst of 2,000\n\n"
        "Milliseconds to the Lead ID, from each lead's own moment; dialer 20 ms, two at a time, one lead a request.\n\n"
        + _table(["p95", "ms"], _lines(rounds, {"alone": "alone_ms", "beside the burst": "beside_ms"}, 1))
    )


def batch(rounds: Sequence[dict[str, Any]]) -> str:
    """How long a thousand rows take."""
    lines = {"acknowledged, on disk": "acknowledged_s", "each with its Lead ID": "delivered_s"}
    return "### A batch of 1,000 leads, dialer 20 ms\n\n" + _table(["", "seconds"], _lines(rounds, lines, 2))


def imported(rounds: Sequence[dict[str, Any]]) -> str:
    """How fast a file becomes leads on disk."""
    lines = {f"{rounds[0]['rows']:,} rows": "rows_per_second"}
    return "### Importing a file\n\n" + _table(["", "rows a second"], _lines(rounds, lines, 0))


def _lines(rounds: Sequence[dict[str, Any]], keys: dict[str, str], digits: int) -> list[list[str]]:
    found = []
    for title, key in keys.items():
        one = Spread.of([float(each[key]) for each in rounds])
        found.append([title, f"{one.median:,.{digits}f} ({one.low:,.{digits}f} to {one.high:,.{digits}f})"])
    return found


def console(result: dict[str, Any]) -> str:
    """Milliseconds until a page of the console is there."""
    body = [
        [name, f"{quantile(each, 0.5):,.1f}", f"{quantile(each, 0.95):,.1f}", f"{max(each):,.1f}"]
        for name, each in result["ms"].items()
    ]
    return (
        f"### The console with {result['leads']:,} leads\n\n"
        f"SQLite, {result['bytes'] / 1e9:.1f} GB; milliseconds until the whole answer is there, signed in, through the"
        " application.\n\n" + _table(["what is asked", "p50", "p95", "max"], body)
    )


def verdicts(found: Sequence[Verdict]) -> str:
    body = [[v.what, f"{v.measured:,.2f}", v.target, "pass" if v.passed else "**FAIL**"] for v in found]
    return "### Targets\n\n" + _table(["what", "measured", "target", ""], body)


def conditions(facts: dict[str, Any]) -> str:
    return "### Measured on\n\n" + _table(["", ""], [[str(key), str(value)] for key, value in facts.items()])


def write_into_readme(text: str, mark: str = "measured") -> None:
    """Replaces what stands between two marks; everything else in the page is written by hand."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    page = README.read_text()
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    if not after:
        raise ValueError(f"bench/README.md has lost its marks: {begin} … {end}")
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}")
