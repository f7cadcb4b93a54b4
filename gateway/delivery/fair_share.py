"""Who may have one more of something that is short: anybody while it lasts, then whoever has little of it."""

from __future__ import annotations


def may_have_more(*, has: int, taken: int, room: int, others: int) -> bool:
    """Whether a party that `has` some of `room` may take another while `others` have the rest of `taken`.

    Beyond the room there is still the share of those who have little, so that nobody who takes everything
    shuts them out. With n parties at most room * (1 + 1/2 + … + 1/n) is ever taken.
    """
    return taken < room or has < room // (others + 1)
