"""What the store raises, each with a sentence that names the next step.

StoreError
├── StoreUnavailable   this write or read did not happen, or nobody can tell; try again later
└── OutdatedSchema     the database is older or newer than the program
"""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """Why the store is away; the codes stand in docs/reason-codes.md."""

    FULL = "storage.full"
    ERROR = "storage.error"
    LOCKED = "storage.locked"


class StoreError(Exception):
    """The store cannot be used as it is configured or as it stands on disk."""


class OutdatedSchema(StoreError):  # noqa: N818 - a state of the database, named as operators see it
    """The tables do not fit this program."""


class StoreUnavailable(StoreError):  # noqa: N818 - callers answer "unavailable" with it
    """Nothing may be acknowledged; `retry_after` in seconds. In doubt: it may be on disk all the same."""

    def __init__(self, code: Trouble, message: str, *, retry_after: int = 1, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.in_doubt = in_doubt

    def copy(self) -> StoreUnavailable:
        """The same trouble for another caller: an exception raised in two threads mixes their tracebacks."""
        return StoreUnavailable(self.code, self.message, retry_after=self.retry_after, in_doubt=self.in_doubt)
