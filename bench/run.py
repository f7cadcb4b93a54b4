"""The benchmark's command, `python -m bench.run`: which scenarios, how long, and what comes of them."""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import bulk, report, scenarios, trials, verdicts
from bench.console import console
from bench.entrants import GatewayOptions
from bench.load import LoadError
from bench.processes import StartError
from bench.scenarios import Plan, Series
from bench.stand import CONTESTANTS, Stand
from bench.tooling import OUT, MissingToolError, machine, require_tools

TRIALS: dict[str, Callable[[Stand, Plan], Any]] = {
    "webhooks": trials.webhooks,
    "fairness": bulk.fairness,
    "batch": bulk.batch,
    "import": bulk.imported,
    "memory": trials.memory,
    "console": console,
}  # with a table and verdicts of their own
SCENARIOS = (
    "throughput",
    "single",
    "webhooks",
    "fairness",
    "batch",
    "import",
    "hang",
    "backlog",
    "memory",
    "console",
)
GATEWAY_ONLY = (*TRIALS, "hang", "backlog")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="2 rounds of 3 s: shows direction, not numbers to quote"
    )
    parser.add_argument("--rounds", type=int, help="rounds per row (5; with --quick 2)")
    parser.add_argument("--seconds", type=float, help="length of one round (8; with --quick 3)")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="repeatable; default: all")
    parser.add_argument("--contestant", action="append", choices=CONTESTANTS, help="repeatable; default: all")
    parser.add_argument(
        "--memory-minutes", type=float, help="length of the memory trial (10; with --quick 0.5)"
    )
    parser.add_argument("--backlog", type=int, default=100_000, help="leads in the backlog")
    parser.add_argument("--leads", type=int, default=1_000_000, help="leads under the console")
    parser.add_argument("--keep-logs", action="store_true", help="leave logs and databases in bench/out/")
    parser.add_argument("--readme", action="store_true", help="write the tables into bench/README.md")
    gateway = parser.add_argument_group("the gateway under test")
    for field in dataclasses.fields(GatewayOptions):
        flag = "--" + field.name.replace("_", "-")
        gateway.add_argument(flag, type=type(field.default), default=field.default, help=f"({field.default})")
    return parser.parse_args()


def plan(args: argparse.Namespace) -> Plan:
    minutes = 0.5 if args.quick else 10.0
    return Plan(
        rounds=args.rounds or (2 if args.quick else 5),
        seconds=args.seconds or (3.0 if args.quick else 8.0),
        memory_minutes=minutes if args.memory_minutes is None else args.memory_minutes,
        backlog=args.backlog,
        leads=args.leads,
    )


def measure(
    stand: Stand, what: Plan, wanted: list[str]
) -> tuple[list[str], list[verdicts.Verdict], dict[str, Any]]:
    """Runs the scenarios in order; the sections to print, the verdicts, and the raw rounds."""
    sections: list[str] = []
    found: list[verdicts.Verdict] = []
    raw: dict[str, Any] = {}
    for name in wanted:
        print(f"\n{name}", flush=True)
        if name in TRIALS:
            result = TRIALS[name](stand, what)
            own = "imported" if name == "import" else name  # a word of the language
            sections.append(getattr(report, own)(result))
            found += getattr(verdicts, own)(result)
            raw[name] = result
            continue
        rows = _rows(name, stand, what)
        sections += _sections(name, rows)
        found += getattr(verdicts, name)(rows)
        raw[name] = [dataclasses.asdict(series) for series in rows]
    return sections, found, raw


def _rows(name: str, stand: Stand, what: Plan) -> list[Series]:
    match name:
        case "throughput":
            return scenarios.throughput(stand, what)
        case "single":
            return scenarios.single(stand, what)
        case "hang":
            return trials.hang(stand, what)
        case _:
            return trials.backlog(stand, what)


def _sections(name: str, rows: list[Series]) -> list[str]:
    match name:
        case "throughput":
            return [report.rates("Leads answered with a Lead ID", rows), report.cost(rows), report.cpu(rows)]
        case "single":
            return [report.latencies("One caller at a time", rows)]
        case "hang":
            return [
                report.rates("Acknowledged (201 or 202) with a hanging dialer", rows),
                report.latencies("The same", rows),
            ]
        case _:
            return [report.rates("Fresh leads beside a backlog", rows)]


def _end(_signal: int, _frame: object) -> None:
    """A terminated benchmark still stops what it started."""
    raise SystemExit(143)


def main() -> int:
    args = arguments()
    signal.signal(signal.SIGTERM, _end)
    options = GatewayOptions(**{f.name: getattr(args, f.name) for f in dataclasses.fields(GatewayOptions)})
    contestants = tuple(args.contestant or CONTESTANTS)
    wanted = args.scenario or list(SCENARIOS)
    if "gateway" not in contestants:
        wanted = [name for name in wanted if name not in GATEWAY_ONLY]
    try:
        require_tools()
        with Stand(options, contestants, keep_logs=args.keep_logs) as stand:
            what = plan(args)
            facts = {
                **machine(stand.directory),
                "date": time.strftime("%Y-%m-%d"),
                "rounds": f"{what.rounds} x {what.seconds:g} s",
                "gateway": ", ".join(f"{key}={value}" for key, value in dataclasses.asdict(options).items()),
            }
            sections, found, raw = measure(stand, what, wanted)
    except (MissingToolError, StartError, LoadError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return finish(args, facts, [*sections, report.verdicts(found)] if found else sections, found, raw)


def finish(
    args: argparse.Namespace,
    facts: dict[str, Any],
    sections: list[str],
    found: list[verdicts.Verdict],
    raw: dict[str, Any],
) -> int:
    """Prints, writes bench/out/<time>.json and .md, and answers 1 when a target was missed."""
    text = "\n\n".join([report.conditions(facts), *sections])
    print(f"\n{text}")
    result = OUT / time.strftime("%Y%m%d-%H%M%S.json")
    judged = [verdict.as_dict() for verdict in found]
    result.write_text(json.dumps({"machine": facts, "verdicts": judged, "rounds": raw}, indent=1))
    result.with_suffix(".md").write_text(text + "\n")
    print(f"\nwritten: {result.relative_to(OUT.parent.parent)}")
    if args.readme:
        report.write_into_readme(text)
    return 0 if all(verdict.passed for verdict in found) else 1


if __name__ == "__main__":
    sys.exit(main())
