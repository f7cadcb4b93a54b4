"""Process settings, read once from the environment, strictly; what the gateway does is in gateway.config."""

from __future__ import annotations

import difflib
import importlib.metadata
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "GATEWAY_"
SECRET_KEY_AT_LEAST = 32  # characters
SECRETS = frozenset(
    {"database_url", "ratelimit_url", "secret_key", "metrics_token"}
)  # these have a _FILE twin
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("json", "console")
SCHEMES = {
    "database_url": ("sqlite:///", "postgresql://", "postgresql+psycopg://"),
    "ratelimit_url": ("memory://", "redis://", "rediss://", "unix://"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingProblem:
    """One setting that cannot be used, and what to do about it; never holds the value of a secret."""

    name: str  # the variable
    message: str


class SettingsError(ValueError):
    """Everything that is wrong with the environment, at once."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{problem.name}: {problem.message}" for problem in problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """One process's settings; each is GATEWAY_<NAME> in the environment (docs/settings.md)."""

    database_url: str = field(default="sqlite:///var/gateway.db", repr=False)
    ratelimit_url: str = field(default="memory://", repr=False)
    secret_key: str = field(default="", repr=False)  # no default that works: serve refuses without it
    config: Path = Path("gateway.toml")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    drain_seconds: float = 10.0
    state_dir: Path = Path("var")  # line gates, worker heartbeats, metrics files
    log_level: str = "info"
    log_format: str = "json"  # json | console
    deliver: bool = True  # False: this process only takes leads in; `gateway worker` sends them
    max_body_bytes: int = 65536
    metrics_token: str = field(default="", repr=False)  # empty: /metrics answers only to loopback
    demo: bool = False  # True: pages for developers are open to everybody; set by `gateway demo`

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read every setting; raises SettingsError that names each bad variable and its next step."""
        problems = _misspelt(environ)
        given: dict[str, Any] = {}
        for each in fields(cls):
            try:
                value = _text(each.name, environ)
                if value is not None:
                    given[each.name] = _READERS.get(each.name, _word)(each.name, value)
            except _UnusableError as error:
                problems.append(SettingProblem(name=_variable(each.name), message=str(error)))
        if problems:
            raise SettingsError(tuple(problems))
        return cls(**given)

    def problems_for_serving(self) -> tuple[SettingProblem, ...]:
        """What a server cannot start with, though other commands can run."""
        problems = []
        if len(self.secret_key) < SECRET_KEY_AT_LEAST or len(set(self.secret_key)) < 8:
            how = "is not set" if not self.secret_key else "is too easy to guess"
            problems.append(
                SettingProblem(
                    name="GATEWAY_SECRET_KEY",
                    message=f"{how}: give {SECRET_KEY_AT_LEAST} or more random characters, for example from "
                    "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`",
                )
            )
        if self.workers > 1 and self.ratelimit_url.startswith("memory://"):
            problems.append(
                SettingProblem(
                    name="GATEWAY_RATELIMIT_URL",
                    message=f"memory:// counts in each of the {self.workers} workers apart, so every limit "
                    f"would be {self.workers} times too high: give redis://HOST:6379/0, "
                    "or set GATEWAY_WORKERS=1",
                )
            )
        return tuple(problems)


# -- reading one ---------------------------------------------------------------------------------------------


class _UnusableError(ValueError):
    """A value that cannot be used; its text is the next step."""


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _text(name: str, environ: Mapping[str, str]) -> str | None:
    """The value as written, from the variable or from the file its _FILE twin names; None when unset."""
    variable = _variable(name)
    value, path = environ.get(variable), environ.get(f"{variable}_FILE")
    if name not in SECRETS or path is None:
        return value
    if value is not None:
        raise _UnusableError(f"is set, and {variable}_FILE too: unset one of them")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _UnusableError(
            f"{variable}_FILE names a file that cannot be read ({type(error).__name__}): "
            "check its path and rights"
        ) from error


def _word(name: str, value: str) -> str:
    if not value.strip():
        raise _UnusableError(f"is empty: give a value, or unset {_variable(name)} to use the default")
    return value.strip()


def _url(name: str, value: str) -> str:
    url = _word(name, value)
    if not url.startswith(SCHEMES[name]):
        raise _UnusableError(f"must begin with one of {', '.join(SCHEMES[name])}")
    return url


def _path(name: str, value: str) -> Path:
    return Path(_word(name, value))


def _optional(_name: str, value: str) -> str:
    return value.strip()


def _flag(_name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise _UnusableError("must be true or false")
    return value == "true"


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(_name: str, value: str) -> int:
        if value.startswith("tcp://"):
            raise _UnusableError(
                "holds an address that Kubernetes sets for a Service called `gateway`: "
                "set it yourself, or `enableServiceLinks: false` in the pod"
            )
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 12 else -1
        if not low <= number <= high:
            raise _UnusableError(f"must be a whole number from {low} to {high}")
        return number

    return read


def _seconds(_name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 600:
        raise _UnusableError("must be a number of seconds from 0 to 600")
    return number


def _choice(choices: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(_name: str, value: str) -> str:
        if value not in choices:
            raise _UnusableError(f"must be one of {', '.join(choices)}")
        return value

    return read


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "database_url": _url,
    "ratelimit_url": _url,
    "secret_key": _optional,
    "metrics_token": _optional,
    "config": _path,
    "state_dir": _path,
    "port": _whole(1, 65535),
    "workers": _whole(1, 64),
    "max_body_bytes": _whole(1024, 16 * 1024 * 1024),
    "drain_seconds": _seconds,
    "log_level": _choice(LOG_LEVELS),
    "log_format": _choice(LOG_FORMATS),
    "deliver": _flag,
    "demo": _flag,
}


def _misspelt(environ: Mapping[str, str]) -> list[SettingProblem]:
    """Variables that look like a setting of ours; others with the prefix may belong to somebody else."""
    names = [_variable(each.name) for each in fields(Settings)]
    names += [f"{_variable(name)}_FILE" for name in SECRETS]
    problems = []
    for variable in environ:
        if variable.startswith(PREFIX) and variable not in names:
            close = difflib.get_close_matches(variable, names, n=1, cutoff=0.85)
            if close:
                problems.append(
                    SettingProblem(name=variable, message=f"is not a setting: did you mean {close[0]}?")
                )
    return problems


def defaults() -> Mapping[str, Any]:
    """Variable → default, for the documentation and its test."""
    return {_variable(each.name): each.default for each in fields(Settings) if each.default is not MISSING}


def program_version() -> str:
    """The version of the installed program; "unknown" in a copy that was never installed."""
    try:
        return importlib.metadata.version("lead-gateway")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
