"""The short-lived token behind our own thank-you page: it names a lead to its visitor and opens nothing."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer

LIFETIME = 900  # seconds
SHOWN = 6  # characters of the reference: enough to tell on the phone, too few to find anything with


def make(secret_key: str, source: str, lead_id: str) -> str:
    return str(_serializer(secret_key).dumps([source, lead_id[-SHOWN:]]))


def reference(secret_key: str, source: str, token: str) -> str:
    """The reference to show; empty when the token is old, another form's, or not ours."""
    try:
        named, found = _serializer(secret_key).loads(token, max_age=LIFETIME)
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(found) if named == source else ""


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="forms.thanks")
