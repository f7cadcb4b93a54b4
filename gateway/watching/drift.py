"""Compares deliveries with what is known of their source: fields that are new, gone, or of another kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gateway.store.shapes import KnownField
from gateway.watching.shape import Shape, Value

LEARNED = 20  # deliveries after which a field can be new
SEEN_AT_LEAST = 10  # times before its absence can say anything
MOST_FIELDS = 300  # of one source; senders that make up names fill no database
BY_CHANCE = 1e-6  # how improbable an absence must be
SURELY = 0.95  # a field is never believed to be there more often than this
_OUTLIVES = 2  # deliveries between the last of an old name and the first of its new one


class What(StrEnum):
    """What happened to a field."""

    NEW = "new"
    MISSING = "missing"
    RETYPED = "retyped"
    BACK = "back"


_CHANGED_ROOTS = (What.MISSING, What.RETYPED)  # the parts of such a field go with it


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Something to tell, once."""

    path: str
    what: What
    before: str = ""  # kinds of values; names no value
    after: str = ""
    instead: str = ""  # the path that seems to have taken the place of a missing one


@dataclass(slots=True)
class Learning:
    """What is known of one source's fields, while more deliveries are looked at."""

    fields: dict[str, KnownField]
    samples: int
    changes: list[Change] = field(default_factory=list)

    def learn(self, shapes: Iterable[Shape], *, now: float) -> None:
        """Look at deliveries in the order in which they came."""
        for shape in shapes:
            self.samples += 1
            for path, value in shape.items():
                self._see(path, value, now)
            for path, known in self.fields.items():
                if path not in shape:
                    self._miss(known, now)

    def _see(self, path: str, value: Value | None, now: float) -> None:
        known = self.fields.get(path)
        if known is None:
            self._meet(path, value, now)
            return
        if known.change == What.MISSING:
            self._tell(Change(path=path, what=What.BACK))
            known = replace(known, change=None, changed_at=None, advice=None)
        known = replace(known, seen=known.seen + 1, absent=0, last_at=now)
        if value is not None and value not in known.kinds:
            if known.kinds and self._has_learned:
                before = " or ".join(sorted(known.kinds))
                self._tell(Change(path=path, what=What.RETYPED, before=before, after=value))
                known = replace(known, change=What.RETYPED, changed_at=now)
            known = replace(known, kinds=known.kinds | {value})
        self.fields[path] = known

    def _meet(self, path: str, value: Value | None, now: float) -> None:
        if len(self.fields) >= MOST_FIELDS:
            return
        new = self._has_learned
        self.fields[path] = KnownField(
            path=path,
            kinds=frozenset() if value is None else frozenset({value.value}),
            born=self.samples - 1,
            seen=1,
            absent=0,
            first_at=now,
            last_at=now,
            change=What.NEW if new else None,
            changed_at=now if new else None,
        )
        if new:
            self._tell(Change(path=path, what=What.NEW, after=value or "empty"))

    def _miss(self, known: KnownField, now: float) -> None:
        known = replace(known, absent=known.absent + 1)
        if known.change != What.MISSING and self._has_learned and _is_gone(known, self.samples):
            before = " or ".join(sorted(known.kinds))
            self._tell(
                Change(path=known.path, what=What.MISSING, before=before, instead=self._successor(known))
            )
            known = replace(known, change=What.MISSING, changed_at=now)
        self.fields[known.path] = known

    @property
    def _has_learned(self) -> bool:
        return self.samples > LEARNED

    def _tell(self, change: Change) -> None:
        """A whole branch that comes, goes or changes is told by its root."""
        told = {each.path for each in self.changes if (each.what is What.BACK) == (change.what is What.BACK)}
        if change.what is What.MISSING:
            told |= {path for path, known in self.fields.items() if known.change in _CHANGED_ROOTS}
        if not any(is_inside(change.path, path) for path in told):
            self.changes.append(change)

    def _successor(self, gone: KnownField) -> str:
        """A field of the same kind that came when this one went: it was renamed."""
        last = self.samples - gone.absent
        for each in self.fields.values():
            came_then = abs(each.born - last) <= _OUTLIVES and each.change == What.NEW
            if came_then and (each.kinds & gone.kinds or not each.kinds):
                return each.path
        return ""


def is_inside(path: str, other: str) -> bool:
    """Whether `path` is a part of what stands at `other`."""
    return path.startswith((f"{other}.", f"{other}["))


def advised(fields: Mapping[str, KnownField], advice: Mapping[str, str]) -> dict[str, KnownField]:
    """The fields with the lines that were suggested for them."""
    return {
        path: replace(known, advice=advice[path]) if path in advice else known
        for path, known in fields.items()
    }


def _is_gone(known: KnownField, samples: int) -> bool:
    """Whether it has been absent for longer than chance explains, going by how often it used to be there."""
    while_there = samples - known.born - known.absent
    if known.seen < SEEN_AT_LEAST or while_there <= 0:
        return False
    share = min(known.seen / while_there, SURELY)
    return bool((1.0 - share) ** known.absent < BY_CHANCE)
