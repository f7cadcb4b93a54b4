"""The signed mark in every copy of a hosted form: when it was opened, and so how long it took to fill in."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

FIELD = "_started"  # the hidden field that carries the mark
OLDEST = 7 * 86400.0  # seconds; tabs stay open for days, a mark that programs pass around for longer


def make(secret_key: str, source: str, *, now: float) -> str:
    """The mark of a form that is opened `now`, in seconds since the epoch."""
    return str(_serializer(secret_key).dumps([source, round(now * 1000)]))


def read(secret_key: str, source: str, mark: str) -> float | None:
    """When the form was opened, in seconds since the epoch; None for a mark that is not ours or another form's."""
    try:
        named, milliseconds = _serializer(secret_key).loads(mark)
    except (BadData, ValueError, TypeError):
        return None
    return milliseconds / 1000 if named == source and isinstance(milliseconds, int) else None


def judge(opened: float | None, *, now: float, min_seconds: float) -> str | None:
    """The code of what speaks against a person; `opened` is None where the mark is missing or not ours."""
    if opened is None:
        return "spam.not_opened"
    if now - opened < min_seconds:
        return "spam.too_quick"
    return "spam.too_old" if now - opened > OLDEST else None


def _serializer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="forms.started")
