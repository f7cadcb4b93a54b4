"""The interleaved scenarios: throughput and the single caller; each returns its rounds and judges nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.fake_dialer import Pace
from bench.load import Load
from bench.stand import Round, Stand

PACES = (Pace(delay_ms=0), Pace(delay_ms=20), Pace(delay_ms=150, cap=16))
CONNECTIONS = (64, 256)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How long and how often."""

    rounds: int
    seconds: float
    memory_minutes: float
    backlog: int
    leads: int  # under the console


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """All rounds of one row of the table, by contestant."""

    name: str
    rounds: dict[str, list[Round]] = field(default_factory=dict)

    def add(self, contestant: str, result: Round) -> None:
        self.rounds.setdefault(contestant, []).append(result)
        print(
            f"  {self.name:34} {contestant:24} {result['leads_per_second']:>9,.0f}/s"
            f"  p50 {result['p50_ms']:8.2f} ms  p99 {result['p99_ms']:8.2f} ms"
            + (f"  UNEXPECTED {result['unexpected']}" if result["unexpected"] else ""),
            flush=True,
        )


def throughput(stand: Stand, plan: Plan) -> list[Series]:
    """Every contestant in turn, round by round, at each pace and number of callers."""
    entrants = [stand.enter(name) for name in stand.contestants]
    rows = {
        (pace, connections): Series(name=f"{pace}, {connections} connections")
        for pace in PACES
        for connections in CONNECTIONS
    }
    for _ in range(plan.rounds):
        for (pace, connections), series in rows.items():
            for entrant in entrants:
                result = stand.round(entrant, Load(connections=connections, seconds=plan.seconds), pace)
                series.add(entrant.target.name, result)
    stand.dismiss(entrants)
    return list(rows.values())


def single(stand: Stand, plan: Plan) -> list[Series]:
    """One caller at a time, beside the dialer's own latency measured in the same rounds."""
    entrants = [stand.enter(name) for name in stand.contestants]
    rows = {pace: Series(name=f"{pace}, one caller") for pace in PACES[:2]}
    for _ in range(plan.rounds):
        for pace, series in rows.items():
            for entrant in entrants:
                series.add(
                    entrant.target.name, stand.round(entrant, Load(connections=1, seconds=plan.seconds), pace)
                )
    stand.dismiss(entrants)
    return list(rows.values())
