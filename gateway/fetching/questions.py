"""Puts the questions about one lead to its platform, and reads the answers."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog

from gateway.asking import Asker, Lack, NoAnswer
from gateway.clock import Clock
from gateway.config import SourceConfig
from gateway.sources.fetch import ACCESS_TOKEN, Asked, Fetch, FetchTrouble, Got, Part
from gateway.sources.pull import Answer, Question

log = structlog.get_logger("gateway.fetching")

SHARED_FOR = 3600.0  # seconds an answer counts for other leads: a form may get new questions
MOST_SHARED = 200
MOST_KEPT = 64 * 1024  # characters of what was told
MOST_OF_TROUBLE = 1000
HIDDEN = "[hidden]"
NOT_RENEWED = "the platform gives no new token: make one there, and a refresh token too"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Everything there is to know about a lead."""

    got: Got
    status: int

    @property
    def kept(self) -> str:
        """For the lead's history, from which it can be made again."""
        return orjson.dumps(dict(self.got), default=str).decode()[:MOST_KEPT]


@dataclass(frozen=True, kw_only=True, slots=True)
class NotTold:
    """What went wrong, by its code."""

    code: str
    pause: float | None = None
    status: int | None = None
    answer: str = ""


class Questions:
    """Those of one source; several threads may ask at once."""

    def __init__(
        self, source: SourceConfig, fetch: Fetch, *, asker: Asker, clock: Clock, secrets: Collection[str]
    ) -> None:
        self._source = source
        self._fetch = fetch
        self._asker = asker
        self._clock = clock
        self._secrets = [secret for secret in secrets if secret]
        self._lock = threading.Lock()
        self._renewing = threading.Lock()
        self._shared: dict[str, tuple[float, Any]] = {}

    def about(self, asked: Asked) -> Told | NotTold:
        """Everything about one lead; a token that has run out is replaced once, where that can be done."""
        token = self._source.options.get(ACCESS_TOKEN)
        answer = self._about(asked)
        if isinstance(answer, NotTold) and answer.code == "fetch.token" and self._renew(token):
            return self._about(asked)
        return answer

    def _about(self, asked: Asked) -> Told | NotTold:
        """Ask for each part in turn; the first that is not told ends it."""
        got: dict[str, Any] = {}
        status = 0
        for part in self._fetch.parts:
            try:
                answer, got[part.name] = self._told(part, asked, got)
            except FetchTrouble as trouble:
                return self._not_told(trouble)
            status = answer.status if answer is not None else status
        return Told(got=got, status=status)

    def _told(self, part: Part, asked: Asked, got: Got) -> tuple[Answer | None, Any]:
        name = part.shared(asked, got)
        if name and (known := self._known(name)) is not None:
            return None, known
        answer, value = self._asked(part, asked, got)
        if name:
            self._remember(name, value)
        return answer, value

    def _asked(self, part: Part, asked: Asked, got: Got) -> tuple[Answer, Any]:
        try:
            return self._read(part, part.ask(self._source, asked, got), asked)
        except FetchTrouble as trouble:
            if part.ask_less is None or not trouble.less:
                raise
        return self._read(part, part.ask_less(self._source, asked, got), asked)

    def _read(self, part: Part, question: Question, asked: Asked) -> tuple[Answer, Any]:
        try:
            answer = self._asker.ask(question)
        except NoAnswer as error:
            code = "fetch.unreadable" if error.lack is Lack.TOO_LARGE else "fetch.unreachable"
            raise FetchTrouble(code) from None
        try:
            return answer, part.read(asked, answer)
        except FetchTrouble as trouble:
            trouble.answer = answer
            raise

    def _renew(self, dead: str | None) -> bool:
        """Whether there is another token than the dead one now; of several threads one asks for it."""
        renewal = self._fetch.renewal
        question = renewal.ask(self._source) if renewal is not None else None
        if renewal is None or question is None:
            return False
        with self._renewing:
            if self._source.options.get(ACCESS_TOKEN) != dead:
                return True
            try:
                token = renewal.read(self._asker.ask(question))
            except (FetchTrouble, NoAnswer):
                log.warning("fetch.not_renewed", source=self._source.name, next_step=NOT_RENEWED)
                return False
            self._secrets.append(token)
            self._source = replace(self._source, options={**self._source.options, ACCESS_TOKEN: token})
        log.info("fetch.renewed", source=self._source.name)
        return True

    def _not_told(self, trouble: FetchTrouble) -> NotTold:
        answer = trouble.answer
        text = answer.body[: 4 * MOST_OF_TROUBLE].decode("utf-8", "replace") if answer is not None else ""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return NotTold(
            code=trouble.code,
            pause=trouble.pause,
            status=answer.status if answer is not None else None,
            answer=text[:MOST_OF_TROUBLE],
        )

    def _known(self, name: str) -> Any:
        with self._lock:
            since, value = self._shared.get(name, (float("-inf"), None))
        return value if self._clock.monotonic() - since < SHARED_FOR else None

    def _remember(self, name: str, value: Any) -> None:
        with self._lock:
            if len(self._shared) >= MOST_SHARED:
                self._shared.clear()
            self._shared[name] = (self._clock.monotonic(), value)
