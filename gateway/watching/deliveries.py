"""Looks at a few deliveries of each webhook source, and tells what has changed about their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from gateway import metrics
from gateway.config import GatewayConfig, SourceConfig
from gateway.leads.lead import Enquiry
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.watching.advice import line_for, readers
from gateway.watching.drift import Change, Learning, What, advised, is_inside
from gateway.watching.shape import Shape, shapes_of

log = structlog.get_logger("gateway.watching")

AT_MOST = 50  # deliveries of a source looked at in one stretch of time
TOLD_AT_MOST = 10  # changes of a source told at once; all of them are kept
_EVENTS: Mapping[What, str] = {
    What.NEW: "source.field_new",
    What.MISSING: "source.field_missing",
    What.RETYPED: "source.field_retyped",
    What.BACK: "source.field_back",
}


class Deliveries:
    """Names and kinds of values leave this place, values never do."""

    def __init__(self, config: GatewayConfig, store: Store) -> None:
        self._store = store
        # Anybody may post to a form, and a partner's unknown names are refused: only webhooks drift.
        self._sources = {
            name: source
            for name, source in config.sources.items()
            if source.drift_alarm and SOURCES[source.kind].door is Door.WEBHOOK
        }

    def look(self, start: float, end: float, *, now: float) -> None:
        """Learn from what came between `start` and `end`."""
        found = self._store.shapes.deliveries(start, end, sources=sorted(self._sources), at_most=AT_MOST)
        known = self._store.watching.sources() if found else {}
        for name, enquiries in found.items():
            shapes = [shape for each in enquiries for shape in _shapes(self._sources[name], each)]
            if shapes and name in known:
                self._learn(self._sources[name], shapes, samples=known[name].samples, now=now)

    def _learn(self, source: SourceConfig, shapes: Sequence[Shape], *, samples: int, now: float) -> None:
        learning = Learning(fields=self._store.shapes.fields(source.name), samples=samples)
        learning.learn(shapes, now=now)
        lines = {
            change.path: line_for(change, source, inside=_parts(change, shapes[-1]))
            for change in learning.changes
        }
        fields = advised(learning.fields, lines)
        kept = self._store.shapes.keep(
            source.name, list(fields.values()), samples=learning.samples, before=samples
        )
        if kept:
            _tell(source, learning.changes, lines)


def _shapes(source: SourceConfig, enquiry: Enquiry) -> list[Shape]:
    return shapes_of(SOURCES[source.kind], source, enquiry)[:AT_MOST]


def _parts(change: Change, shape: Shape) -> tuple[str, ...]:
    return tuple(path for path, value in shape.items() if is_inside(path, change.path) and value == "text")


def _tell(source: SourceConfig, changes: Sequence[Change], lines: Mapping[str, str]) -> None:
    for change in changes:
        metrics.drifted(source.name, change.what)
    for change in changes[:TOLD_AT_MOST]:
        report = log.info if change.what is What.BACK else log.warning
        report(
            _EVENTS[change.what],
            source=source.name,
            field=change.path,
            before=change.before,
            after=change.after,
            mapping=lines[change.path],
            next_step=_next_step(change, source, lines[change.path]),
        )
    if len(changes) > TOLD_AT_MOST:
        log.warning(
            "source.fields_changed",
            source=source.name,
            fields=len(changes),
            next_step=f"`gateway sources show {source.name}` lists them all",
        )


def _next_step(change: Change, source: SourceConfig, line: str) -> str:
    table = f"[sources.{source.name}.fields]"
    reads = readers(change.path, source)
    match change.what:
        case What.NEW:
            return f"nothing is lost: it is kept with the lead. To use it: {line} in {table}"
        case What.MISSING if change.instead:
            return f"it seems to be called {change.instead} now: {line} in {table}"
        case What.MISSING if reads:
            return f"{', '.join(reads)} stays empty: ask the sender, or change its line in {table}"
        case What.MISSING:
            return "ask the sender if that is not meant; nothing in the mapping names it"
        case What.RETYPED:
            return f"look at a lead of it. If it is read wrongly: {line} in {table}"
        case _:
            return "nothing to do"
