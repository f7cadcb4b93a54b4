"""Sends a test lead through the real route of this very process, as its sender would, and tells what it came through.

Through WSGI and not over the network: it goes the same way through the same code, yet needs no way out to the public
address and back, no certificate and no proxy, and it can carry a mark that no request from outside can carry. So it is
kept as a test whatever its platform calls it, and nobody is called.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

from gateway.config import SourceConfig
from gateway.config.kinds import KEYED, KINDS
from gateway.leads.identity import new_id
from gateway.operating.posting import CannotPost, Post, build_sample
from gateway.operating.trial import Trial, try_reading
from gateway.sources.base import Inbound
from gateway.sources.keeping import inbound_of, keep
from gateway.sources.registry import SOURCES
from gateway.store.keys import issue
from gateway.store.records import Story
from gateway.web.context import client_address, services
from gateway.web.sample_mark import KEY, Course

LENT = 60.0  # seconds our own key would last, if this process died before it takes it back
SHOWN = 4000  # characters of an answer
_NAMES = 100_000  # persons who do not exist


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One test lead, from its request to the answer its sender would get."""

    method: str
    address: str  # without what is secret in it
    content_type: str
    body: str
    size: int
    came_from: str  # the address it seemed to come from
    course: Course
    status: int
    answer_type: str
    answer: str
    seconds: float
    trial: Trial  # how it is read, field by field
    story: Story | None  # of the lead that is kept; None: nothing is

    @property
    def is_taken(self) -> bool:
        return self.status < 400


def send(source: SourceConfig) -> Sent:
    """Raises CannotPost with what to do where no such request can be made."""
    _refuse_without_a_secret(source)
    number = int(services().clock.now() * 10) % _NAMES
    with _key(source) as key:
        post = build_sample(source, number, wait=0, key=key, from_anywhere=True)
        return _sent(source, post)


def _sent(source: SourceConfig, post: Post) -> Sent:
    course, came_from = Course(), _address(source)
    environ = EnvironBuilder(
        path=post.path,
        method=post.method,
        query_string=urlencode(post.query),
        headers=list(post.headers.items()),
        data=post.body,
        base_url=services().config.public_url,
        environ_base={"REMOTE_ADDR": came_from},
        environ_overrides={KEY: course},
    ).get_environ()
    # In a context of its own: Flask would share `g`, and so this person's page, with the request inside.
    parts, status, headers = Context().run(run_wsgi_app, current_app.wsgi_app, environ, buffered=True)
    answer = b"".join(parts)
    seconds = course.elapsed
    kept = _kept(source, post, came_from)
    ids = services().store.console.sources.of_enquiry(course.enquiry_id) if course.enquiry_id else ()
    return Sent(
        method=post.method,
        address=f"{services().config.public_url.rstrip('/')}{post.path}{_query(post, kept)}",
        content_type=post.headers.get("content-type", ""),
        body=kept.body.decode("utf-8", "replace"),
        size=len(post.body),
        came_from=came_from,
        course=course,
        status=int(status.partition(" ")[0]),
        answer_type=headers.get("Content-Type", ""),
        answer=answer.decode("utf-8", "replace")[:SHOWN],
        seconds=seconds,
        trial=try_reading(services().store, services().config, source, kept, now=services().clock.now()),
        story=services().store.story(ids[0]) if ids else None,
    )


def _query(post: Post, kept: Inbound) -> str:
    shown = [f"{name}={value if (name, value) in kept.query else '…'}" for name, value in post.query]
    return "?" + "&".join(shown) if shown else ""


def _kept(source: SourceConfig, post: Post, came_from: str) -> Inbound:
    """The request as it is kept: without any secret, in the address, its headers or its body."""
    now = services().clock.now()
    inbound = Inbound(
        method=post.method,
        path=post.path,
        query=post.query,
        headers={name.lower(): value for name, value in post.headers.items()},
        body=post.body,
        address=came_from,
        received_at=now,
    )
    return inbound_of(keep(source, SOURCES[source.kind], inbound, new_id(now)))


def _address(source: SourceConfig) -> str:
    """One that the source lets in, where it knows its sender by that; else this person's own."""
    if source.auth.method == "ip" and source.auth.networks:
        return str(ipaddress.ip_network(source.auth.networks[0])[0])
    return client_address()


@contextmanager
def _key(source: SourceConfig) -> Iterator[str]:
    """A test key for this one request, where the source reads keys."""
    if KINDS[source.kind] not in KEYED:
        yield ""
        return
    now = services().clock.now()
    issued = issue(source.name, "test", "a test from the console", expires_at=now + LENT, now=now)
    keys = services().store.console.keys
    keys.lend(issued.key)
    try:
        yield issued.text
    finally:
        keys.take_back(issued.key.public_id)


def _refuse_without_a_secret(source: SourceConfig) -> None:
    if source.auth.method in ("none", "ip", "keys") or source.auth.secrets or KINDS[source.kind] in KEYED:
        return
    raise CannotPost(
        f"No secret is set for {source.name}, so its address lets nobody in: its leads are pulled.",
        next_step="nothing, if that is meant; else give it a secret or a token in gateway.toml.",
    )
