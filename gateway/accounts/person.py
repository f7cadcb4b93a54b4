"""A person at the console, and what their role allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each may do what the one before may."""

    VIEWER = "viewer"  # looks; numbers are masked
    OPERATOR = "operator"  # sees numbers, decides about leads, pauses dialers
    ADMIN = "admin"  # users, keys, alerts

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        return _ORDER[self] >= _ORDER[needed]


_ORDER = {role: place for place, role in enumerate(Role)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who has signed in."""

    id: str
    name: str
    role: Role
