"""Who may use the emulated dialer: logins, rights, and the lock after ten failures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from gateway.emulator.furnishing import ApiUser


class Login(StrEnum):
    """What the dialer thinks of a request's user and password."""

    GOOD = "GOOD"
    BAD = "BAD"
    LOCK = "LOCK"


class Accounts:
    """Thread-safe; the lock holds against the right password too, as in the dialer."""

    def __init__(
        self,
        users: Iterable[ApiUser],
        *,
        require_login: bool,
        failures_until_lock: int,
        lock_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self.require_login = require_login
        self._lock = threading.Lock()
        self._users = {user.user: user for user in users}
        self._failures: dict[str, int] = {}
        self._locked_until: dict[str, float] = {}
        self._failures_until_lock = failures_until_lock
        self._lock_seconds = lock_seconds
        self._clock = clock

    def check(self, parameters: Mapping[str, str]) -> Login:
        if not self.require_login:
            return Login.GOOD
        user = self._users.get(parameters.get("user", ""))
        if user is None:
            return Login.BAD
        with self._lock:
            if self._locked_until.get(user.user, 0.0) > self._clock():
                return Login.LOCK
            if self._failures.get(user.user, 0) >= self._failures_until_lock:
                self._failures.pop(user.user)  # the fifteen minutes are over
            if parameters.get("pass", "") == user.password:
                self._failures.pop(user.user, None)
                return Login.GOOD
            self._count_failure(user.user)
            return Login.BAD

    def may_add_leads(self, parameters: Mapping[str, str]) -> bool:
        """A request without a known user is let through where no login is asked for."""
        user = self._users.get(parameters.get("user", ""))
        return user is None or user.may_add_leads

    def may_search(self, parameters: Mapping[str, str]) -> bool:
        user = self._users.get(parameters.get("user", ""))
        return user is None or user.may_search

    def put(self, user: ApiUser) -> None:
        with self._lock:
            self._users[user.user] = user
            self._failures.pop(user.user, None)
            self._locked_until.pop(user.user, None)

    def remove(self, name: str) -> bool:
        with self._lock:
            return self._users.pop(name, None) is not None

    def everyone(self) -> list[ApiUser]:
        with self._lock:
            return list(self._users.values())

    def is_locked(self, name: str) -> bool:
        return self._locked_until.get(name, 0.0) > self._clock()

    def _count_failure(self, name: str) -> None:
        self._failures[name] = self._failures.get(name, 0) + 1
        if self._failures[name] >= self._failures_until_lock:
            self._locked_until[name] = self._clock() + self._lock_seconds
