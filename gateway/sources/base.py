"""What every source is made of: the framework-free request, what a kind must do, and how it may refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.sources.fetch import Fetch
from gateway.sources.pull import Pull

# SourceError                what a kind may raise; anything else is a bug
# ├── NotAuthentic           the sender did not prove itself: 401, nothing is kept
# └── Unreadable             the body cannot be read; a webhook is kept in quarantine, a caller is told
#     └── FileSent           a form carried a file; what was typed beside it is there


class SourceError(Exception):
    """A request a source cannot take; `code` is stable, `message` never holds what was sent."""

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class NotAuthentic(SourceError):  # noqa: N818  reads as what the request is
    """The sender did not prove itself; which part was wrong is never told."""

    def __init__(self, *, challenge: str = "") -> None:
        super().__init__("auth.refused", "The request does not prove that it comes from this source.")
        self.challenge = challenge  # for WWW-Authenticate


class Unreadable(SourceError):  # noqa: N818  reads as what the body is
    """The body is not what it says it is, or beyond what is read."""


class FileSent(Unreadable):
    """A form carried a file. `typed` is everything else in it, so that nobody has to type it again."""

    def __init__(self, typed: Sequence[tuple[str, str]]) -> None:
        super().__init__("body.file", "Files are not taken here. Send the form without its file fields.")
        self.typed = typed


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbound:
    """One request as a source sees it; a stored enquiry can be read again through it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    address: str = ""
    received_at: float = 0.0

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer in a platform's own words."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Door(StrEnum):
    """The route a kind of source comes in by."""

    FORM = "form"
    WEBHOOK = "webhook"
    PARTNER = "partner"
    DROP_IN = "drop_in"  # the dialer's own address


def no_handshake(_source: SourceConfig, _inbound: Inbound) -> Reply | None:
    """Most senders ask nothing before they send."""
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of source. `verify` and `parse` are all that most senders need."""

    door: Door
    verify: Callable[[SourceConfig, Inbound], None]  # raises NotAuthentic
    parse: Callable[[SourceConfig, Inbound], list[Submission]]  # raises Unreadable
    handshake: Callable[[SourceConfig, Inbound], Reply | None] = no_handshake
    acknowledge: Callable[[SourceConfig, Sequence[LeadStatus]], Reply] | None = None  # None: our own JSON
    # In its place, where the answer depends on the request too: it names the sender's own ids, or speaks its format.
    reply: Callable[[SourceConfig, Inbound, Sequence[LeadStatus]], Reply] | None = None
    most_bytes: int = 1 << 20  # of one body; platforms send up to a thousand leads at once
    secret_fields: frozenset[str] = frozenset()  # query parameters that carry a secret, never stored
    # A realistic delivery, signed as the platform signs it; the number makes it differ from the last one.
    sample: Callable[[SourceConfig, int], Inbound] | None = None
    # How its platform is asked for the leads it keeps; None where it cannot be asked.
    pull: Pull | None = None
    # How its platform is asked for a lead of which the webhook told only the id; None where it tells everything.
    fetch: Fetch | None = None
