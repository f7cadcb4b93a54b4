"""The short-lived process that sends one message: reads it as JSON from standard input, says what came of it.

It is run as `python -m gateway.alerting.send`, so that no server ever loads what knows a hundred services, and so that
a service that hangs can be ended. Whatever the library says may hold parts of the address: only known words leave.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from typing import Any

REFUSED, UNREADABLE = "refused", "unreadable"
_STATUS = re.compile(r"error\s*[=:]?\s*\(?(\d{3})\b")
_WORDS = (  # in the library's lines → what is told
    (re.compile(r"timed? ?out", re.IGNORECASE), "timeout"),
    (
        re.compile(r"name resolution|name or service not known|getaddrinfo|nodename", re.IGNORECASE),
        "unknown_host",
    ),
    (re.compile(r"certificate|ssl", re.IGNORECASE), "tls"),
    (re.compile(r"connection|refused|unreachable|socket", re.IGNORECASE), "unreachable"),
    (re.compile(r"auth|login|password|credential", re.IGNORECASE), "login"),
)


def main() -> None:
    """Never raises for what a service does; what it prints is one line of JSON."""
    asked = json.loads(sys.stdin.read())
    json.dump(_sent(asked), sys.stdout)


def _sent(asked: dict[str, Any]) -> dict[str, Any]:
    import apprise  # noqa: PLC0415 - only here, only now

    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logger = logging.getLogger("apprise")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    asset = apprise.AppriseAsset(async_mode=False, app_id="Lead Gateway", app_desc="Lead Gateway", app_url="")
    sender = apprise.Apprise(asset=asset)
    if not sender.add(asked["url"]):
        return {"taken": False, "problem": UNREADABLE}
    kinds = {
        "critical": apprise.NotifyType.FAILURE,
        "warning": apprise.NotifyType.WARNING,
        "good": apprise.NotifyType.SUCCESS,
    }
    taken = sender.notify(
        title=asked["title"],
        body=asked["body"],
        notify_type=kinds[asked["severity"]],
        body_format=apprise.NotifyFormat.TEXT,
        interpret_escapes=False,
    )
    return {"taken": True} if taken else {"taken": False, "problem": _problem(said.getvalue())}


def _problem(said: str) -> str:
    status = _STATUS.search(said)
    if status:
        return f"status_{status[1]}"
    return next((word for pattern, word in _WORDS if pattern.search(said)), REFUSED)


if __name__ == "__main__":
    main()
