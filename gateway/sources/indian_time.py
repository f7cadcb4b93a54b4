"""Writes times as Indian portals want to be asked for them: Indian Standard Time, without an offset."""

from __future__ import annotations

import time

OFFSET = 5.5 * 3600  # seconds; India keeps no summer time
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_and_time(seconds: float) -> str:
    """`06-Oct-202611:17:14`: nothing stands between date and time."""
    moment = time.gmtime(seconds + OFFSET)
    return f"{moment.tm_mday:02d}-{_MONTHS[moment.tm_mon - 1]}-{moment.tm_year}" + time.strftime(
        "%H:%M:%S", moment
    )


def date(seconds: float) -> str:
    """`2026-10-06`."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds + OFFSET))
