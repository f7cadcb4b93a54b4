"""One source's way of pulling: one window of the platform's time after the other, none passed before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from gateway import metrics
from gateway.asking import Asker, HttpAsker, Lack, NoAnswer
from gateway.capture import Services
from gateway.config import SourceConfig
from gateway.leads.identity import new_id
from gateway.pulling.rows import Kept, keep_rows
from gateway.sources.base import Kind
from gateway.sources.fetch import ACCESS_TOKEN, FetchTrouble
from gateway.sources.pull import (
    DAY,
    FARTHEST,
    MINUTE,
    Page,
    Pull,
    PullTrouble,
    Question,
    Window,
    unreadable,
)
from gateway.store.pulls import Checkpoint

log = structlog.get_logger("gateway.pulling")

NOTHING = Kept()
LEASE = 4 * MINUTE  # longer than any question and the keeping of its answer
SHORTEST_PAUSE = MINUTE
LONGEST_PAUSE = 30 * MINUTE
KEY_PAUSE = 15 * MINUTE
SILENCE, PATIENCE = 20.0, 60.0  # seconds without a byte, and for a whole answer
MOST_PAGES = 2000  # of one window: beyond it a platform sends us round in circles
MOST_BYTES = 16 * 1024 * 1024  # of one answer
FOR_A_PERSON = frozenset({"pull.key", "pull.refused"})  # what no waiting mends

_LACKS = {
    Lack.LATE: ("pull.timeout", "The platform does not answer in time. It is asked again."),
    Lack.UNREACHABLE: (
        "pull.unreachable",
        "The platform cannot be reached. Look at this machine's way out.",
    ),
    Lack.TOO_LARGE: (
        "pull.too_large",
        "The platform's answer is too large. A shorter span is asked for.",
    ),
}


def patient_asker() -> HttpAsker:
    """For answers that hold the leads of days."""
    return HttpAsker(silence=SILENCE, patience=PATIENCE, most_bytes=MOST_BYTES)


class Outcome(StrEnum):
    """What came of a turn."""

    DONE = "done"  # the window is kept
    CUT = "cut"  # the platform gave less than it has: a shorter window is next
    FAILED = "failed"
    NOT_NOW = "not_now"  # another process pulls, or the platform wants its pause
    STOPPED = "stopped"  # in the middle; what was kept stays, the window is asked for again


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One turn at pulling."""

    outcome: Outcome
    window: Window | None = None
    kept: Kept = NOTHING
    trouble: PullTrouble | None = None

    @property
    def word(self) -> str:
        """The outcome, or the code of the trouble."""
        return self.trouble.code if self.trouble else self.outcome.value


class _TurnLost(Exception):  # noqa: N818  reads as what it is
    """The lease ran out and another process pulls now."""


class Feed:
    """The pull of one source, in one process."""

    def __init__(
        self,
        services: Services,
        source: SourceConfig,
        kind: Kind,
        pull: Pull,
        *,
        asker: Asker,
        wait: Callable[[float], bool],
    ) -> None:
        """`wait` waits so many seconds; True: the program stops."""
        self.source = source
        self.pull = pull
        self._services = services
        self._pulls = services.store.pulls
        self._kind = kind
        self._asker = asker
        self._wait = wait
        self._owner = f"pull-{new_id(services.clock.now())}"

    def checkpoint(self) -> Checkpoint | None:
        return self._pulls.of(self.source.name)

    def turn(self, *, since: float | None = None) -> Turn:
        """Pull one window if it is our turn: the next one, or by hand the one that begins at `since`.

        Raises StoreUnavailable; then the lease runs out by itself and nothing is passed over.
        """
        now = self._services.clock.now()
        # By hand a planned pause is cut short, never the platform's own pace.
        asked_before = now - self.pull.pace if since is not None else -1.0
        checkpoint = self._pulls.take(
            self.source.name,
            self._owner,
            now=now,
            begin=now - self.pull.overlap,
            lease=LEASE,
            asked_before=asked_before,
        )
        if checkpoint is None:
            return Turn(outcome=Outcome.NOT_NOW)
        window = self._window(checkpoint, now, since)
        turn = self._pull(window)
        if turn.outcome is Outcome.DONE:
            self._cover(checkpoint, window, by_hand=since is not None, asked_at=now)
        self._rest(checkpoint, turn, caught_up=window.end >= now)
        metrics.pulled(self.source.name, turn.word, fresh=turn.kept.fresh, known=turn.kept.known)
        return turn

    # -- a window --------------------------------------------------------------------------------------------

    def _window(self, checkpoint: Checkpoint, now: float, since: float | None) -> Window:
        """Begins where the last one that counts has ended."""
        span = min(checkpoint.span or self.pull.longest, self.pull.longest)
        start = checkpoint.covered if since is None else since
        if start < now - FARTHEST:
            log.error(
                "pull.gap",
                source=self.source.name,
                days=round((now - start) / DAY),
                next_step="what is older than 29 days is no longer pulled: look for it at the platform",
            )
            start = now - FARTHEST
        return Window(start=start, end=max(start, min(start + span, now)))

    def _pull(self, window: Window) -> Turn:
        kept = Kept()
        page = ""
        try:
            for _ in range(MOST_PAGES):
                found = self._ask(window, page)
                kept = kept.plus(keep_rows(self._services, self.source, self._kind, self.pull, found.rows))
                if found.cut:
                    return self._cut(window, kept)
                if found.next_page is None:
                    return Turn(outcome=Outcome.DONE, window=window, kept=kept)
                page = found.next_page
                if self._wait(self.pull.pace):
                    return Turn(outcome=Outcome.STOPPED, window=window, kept=kept)
            raise unreadable()
        except _TurnLost:
            return Turn(outcome=Outcome.STOPPED, window=window, kept=kept)
        except PullTrouble as trouble:
            if trouble.code == "pull.too_large" and window.seconds > self.pull.shortest:
                return self._cut(window, kept)
            return Turn(outcome=Outcome.FAILED, window=window, kept=kept, trouble=trouble)

    def _ask(self, window: Window, page: str) -> Page:
        now = self._services.clock.now()
        if not self._pulls.ask(
            self.source.name, self._owner, now=now, next_at=now + self.pull.pace, lease=LEASE
        ):
            raise _TurnLost
        try:
            return self._answer(self.pull.ask(self.source, window, page, now), page)
        except PullTrouble as trouble:
            if trouble.code != "pull.key" or not self._renew_token():
                raise
        return self._answer(self.pull.ask(self.source, window, page, now), page)

    def _answer(self, question: Question, page: str) -> Page:
        try:
            answer = self._asker.ask(question)
        except NoAnswer as error:
            raise PullTrouble(*_LACKS[error.lack]) from None
        return self.pull.read(self.source, page, answer)

    def _renew_token(self) -> bool:
        """Where the platform lets a program replace a token that has run out, one is asked for and used from now on."""
        renewal = self._kind.fetch.renewal if self._kind.fetch else None
        question = renewal.ask(self.source) if renewal else None
        if renewal is None or question is None:
            return False
        try:
            token = renewal.read(self._asker.ask(question))
        except (NoAnswer, FetchTrouble):
            return False
        self.source = replace(self.source, options={**self.source.options, ACCESS_TOKEN: token})
        return True

    def _cut(self, window: Window, kept: Kept) -> Turn:
        if window.seconds > self.pull.shortest:
            return Turn(outcome=Outcome.CUT, window=window, kept=kept)
        message = "The platform holds leads back even from the shortest span. Fetch them there by hand."
        return Turn(
            outcome=Outcome.FAILED, window=window, kept=kept, trouble=PullTrouble("pull.cut", message)
        )

    # -- afterwards ------------------------------------------------------------------------------------------

    def _cover(self, before: Checkpoint, window: Window, *, by_hand: bool, asked_at: float) -> None:
        """Platforms file leads late: what is younger than the overlap counts only when it is asked for again."""
        # What lies before a gap cannot be pulled any more, and must not keep the rest from counting.
        start = window.start if by_hand else min(window.start, before.covered)
        end = min(window.end, asked_at - self.pull.overlap)
        self._pulls.cover(self.source.name, self._owner, start=start, end=end)

    def _rest(self, before: Checkpoint, turn: Turn, *, caught_up: bool) -> None:
        now = self._services.clock.now()
        name, owner, window = self.source.name, self._owner, turn.window
        if turn.outcome is Outcome.FAILED and turn.trouble is not None:
            pause = self._pause(turn.trouble, before.failures)
            self._tell(before, turn.trouble, pause)
            self._pulls.rest(
                name,
                owner,
                next_at=now + pause,
                span=before.span,
                failures=before.failures + 1,
                reason=turn.trouble.code,
            )
        elif turn.outcome is Outcome.DONE:
            wider = min(2 * before.span, self.pull.longest) if before.span else None
            pause = self.pull.every if caught_up else self.pull.pace
            self._pulls.rest(name, owner, next_at=now + pause, span=wider)
            if turn.kept.fresh or before.reason:
                log.info("pull.kept", source=name, leads=turn.kept.fresh, known=turn.kept.known)
        else:
            half = max(self.pull.shortest, window.seconds / 2) if window is not None else None
            span = half if turn.outcome is Outcome.CUT else before.span
            self._pulls.rest(name, owner, next_at=now + self.pull.pace, span=span)

    def _pause(self, trouble: PullTrouble, failures: int) -> float:
        if trouble.pause is not None:
            return max(self.pull.pace, trouble.pause)
        if trouble.code in FOR_A_PERSON:
            return max(self.pull.pace, KEY_PAUSE)
        return max(self.pull.pace, min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0 ** min(failures, 10)))

    def _tell(self, before: Checkpoint, trouble: PullTrouble, pause: float) -> None:
        told = {
            "source": self.source.name,
            "reason": trouble.code,
            "again_in": round(pause),
            "next_step": trouble.message,
        }
        if trouble.code in FOR_A_PERSON and before.reason != trouble.code:
            log.error("pull.failed", **told)
        else:
            log.warning("pull.failed", **told)
