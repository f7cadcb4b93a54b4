"""Builds the requests that `gateway send` sends; what cannot be built ends the command with its next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gateway.cli.failure import Failure
from gateway.config import SourceConfig
from gateway.operating import posting
from gateway.operating.posting import CannotPost, Post

__all__ = ["Post", "build_post", "build_sample", "nested"]


def build_post(source: SourceConfig, fields: Mapping[str, str], *, wait: float, key: str) -> Post:
    """The request of a sender of `source` that sends these fields."""
    with _told():
        return posting.build_post(source, fields, wait=wait, key=key)


def build_sample(source: SourceConfig, number: int, *, wait: float, key: str) -> Post:
    """What the platform of `source` would send."""
    with _told():
        return posting.build_sample(source, number, wait=wait, key=key)


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """`contact.phone=…` as {"contact": {"phone": …}}."""
    with _told():
        return posting.nested(fields)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CannotPost as error:
        raise Failure(error.message, next_step=error.next_step) from error
