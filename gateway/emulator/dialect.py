"""What a way of speaking to the dialer must be able to say; Elision's and VICIdial's are two of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.emulator.accounts import Login
from gateway.emulator.state import DialerState

Parameters = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """One dialect; every function is pure but for the state it is given."""

    path: str
    action_of: Callable[[Parameters], str]
    phones_of: Callable[[Parameters], Sequence[str]]
    answer: Callable[[DialerState, Parameters], str]
    refuse: Callable[[str, str], str]  # action, message
    refuse_login: Callable[[Login, Parameters], str]
    headers: Mapping[str, str]
