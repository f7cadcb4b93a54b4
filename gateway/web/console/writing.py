"""How times, numbers and phone numbers are written in the console."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from gateway.web.context import services

_INDIAN = "IN"
SHOWN_DIGITS = 4
_STEPS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def when(moment: float | None, form: str = "full") -> Markup:
    """A moment in the configured zone, the exact UTC on hover; `form` is full, clock, day or minute."""
    if moment is None:
        return Markup("<span class=quiet>never</span>")
    utc = datetime.fromtimestamp(moment, UTC)
    local = utc.astimezone(zone())
    text = {
        "full": f"{local.day} {local:%b %Y, %H:%M:%S}",
        "minute": f"{local.day} {local:%b, %H:%M}",
        "clock": f"{local:%H:%M:%S}",
        "day": f"{local.day} {local:%b %Y}",
    }[form]
    exact = f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond // 1000:03d} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(utc.isoformat(), exact, text)


def ago(moment: float | None) -> Markup:
    """How long ago, or how soon, with the moment itself on hover."""
    if moment is None:
        return Markup("<span class=quiet>never</span>")
    seconds = services().clock.now() - moment
    text = f"{_length(seconds)} ago" if seconds > 0 else f"in {_length(-seconds)}"
    if abs(seconds) < 1:
        text = "just now"
    utc = datetime.fromtimestamp(moment, UTC)
    exact = f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}" data-ago>{}</time>').format(utc.isoformat(), exact, text)


def due(moment: float | None) -> Markup:
    """When something happens by itself: "in 12 s", and "in a moment" once its time has come."""
    now = services().clock.now()
    at = now if moment is None else moment
    text = f"in {_length(at - now)}" if at - now >= 1 else "in a moment"
    utc = datetime.fromtimestamp(at, UTC)
    exact = f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}" data-ago data-due>{}</time>').format(
        utc.isoformat(), exact, text
    )


def span(seconds: float) -> str:
    """A stretch of time in its two largest units: 2 d 3 h, 4 min 10 s, 0.35 s, 12 ms."""
    if seconds < 0.1:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.2f} s"
    for place, (size, unit) in enumerate(_STEPS):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            below = _STEPS[place + 1] if place + 1 < len(_STEPS) else None
            second = f" {rest // below[0]:.0f} {below[1]}" if below and rest >= below[0] else ""
            return f"{whole:.0f} {unit}{second}"
    return f"{seconds:.0f} s"


def count(number: int | float | None) -> str:
    """A number with its digits grouped: 12,34,567 in India, 1,234,567 elsewhere."""
    if number is None:
        return "-"
    text = f"{round(number):,}"
    return text if services().config.region != _INDIAN else _indian(round(number))


def counted(number: int, one: str, many: str | None = None) -> str:
    """ "1 lead", "1,200 leads"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def phone(digits: str, *, shown: bool = False) -> Markup:
    """A number by its last digits; all of it where it is `shown`, which whoever does writes into the audit log."""
    if not digits:
        return Markup("<span class=quiet>no number</span>")
    return Markup('<span class="number">{}</span>').format(_spaced(digits) if shown else masked(digits))


def masked(digits: str) -> str:
    """Its last four digits, behind as many dots as there are others."""
    return "•" * max(0, len(digits) - SHOWN_DIGITS) + digits[-SHOWN_DIGITS:]


def marked(text: str, word: str) -> Markup:
    """`text` with the first place of `word` in it marked."""
    place = text.casefold().find(word.casefold()) if word else -1
    if place < 0:
        return escape(text)
    end = place + len(word)
    return Markup("{}<mark>{}</mark>{}").format(text[:place], text[place:end], text[end:])


def zone() -> ZoneInfo:
    """The zone in which times are shown."""
    return _zone(services().config.console.time_zone)


FILTERS = {
    "when": when,
    "ago": ago,
    "due": due,
    "span": span,
    "count": count,
    "counted": counted,
    "phone": phone,
    "marked": marked,
}


def _length(seconds: float) -> str:
    """A stretch of time without parts of a second."""
    return f"{seconds:.0f} s" if seconds < 10 else span(seconds)


def _spaced(digits: str) -> str:
    return f"{digits[:5]} {digits[5:]}" if len(digits) == 10 else digits


def _indian(number: int) -> str:
    sign, digits = ("-" if number < 0 else ""), str(abs(number))
    head, tail = digits[:-3], digits[-3:]
    groups = []
    while head:
        groups.append(head[-2:])
        head = head[:-2]
    return sign + ",".join([*reversed(groups), tail])


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
