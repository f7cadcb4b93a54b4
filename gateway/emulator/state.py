"""The whole emulated dialer of one process: lists, agents, accounts, ledger, traffic and faults."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from gateway.emulator.accounts import Accounts
from gateway.emulator.faults import FaultBoard
from gateway.emulator.furnishing import Agent, DialerList, EmulatorConfig
from gateway.emulator.ledger import Ledger
from gateway.emulator.traffic import Traffic


class DialerState:
    """Thread-safe; everything is in memory and ends with the process."""

    def __init__(self, config: EmulatorConfig, clock: Callable[[], float] = time.monotonic) -> None:
        self.config = config
        self.closing = threading.Event()  # ends every wait inside a request
        self.faults = FaultBoard(clock)
        self._clock = clock
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Back to the beginning; a request that is being answered ends in the old books."""
        config = self.config
        self.faults.clear()
        with self._lock:
            self.delay = config.delay
            self.at_a_time = config.at_a_time
            self.ledger = Ledger(first_lead_id=config.first_lead_id, keep=config.keep)
            self.traffic = Traffic(keep=config.keep, at_a_time=config.at_a_time)
            self.accounts = Accounts(
                config.users,
                require_login=config.require_login,
                failures_until_lock=config.failures_until_lock,
                lock_seconds=config.lock_seconds,
                clock=self._clock,
            )
            self._lists = {one.list_id: one for one in config.lists}
            self._agents = {one.agent_user: one for one in config.agents}

    def list(self, list_id: str) -> DialerList | None:
        return self._lists.get(list_id)

    def lists(self) -> Iterable[DialerList]:
        with self._lock:
            return sorted(self._lists.values(), key=lambda one: (len(one.list_id), one.list_id))

    def put_list(self, one: DialerList) -> None:
        with self._lock:
            self._lists[one.list_id] = one

    def remove_list(self, list_id: str) -> bool:
        with self._lock:
            return self._lists.pop(list_id, None) is not None

    def remove_user(self, user: str) -> bool:
        return self.accounts.remove(user)

    def agent(self, agent_user: str) -> Agent | None:
        return self._agents.get(agent_user)

    def agents(self) -> Iterable[Agent]:
        with self._lock:
            return list(self._agents.values())

    def put_agent(self, one: Agent) -> None:
        with self._lock:
            self._agents[one.agent_user] = one

    def remove_agent(self, agent_user: str) -> bool:
        with self._lock:
            return self._agents.pop(agent_user, None) is not None

    def set(
        self, *, delay: float | None = None, at_a_time: int | None = None, require_login: bool | None = None
    ) -> None:
        """Changes what is given, until the next reset."""
        if delay is not None:
            self.delay = delay
        if at_a_time is not None:
            self.at_a_time = at_a_time
            self.traffic.limit(at_a_time)
        if require_login is not None:
            self.accounts.require_login = require_login
