"""Reads one TOML table key by key: notes every problem instead of stopping, finds keys that nobody reads."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from gateway.config.problems import ConfigProblem
from gateway.config.references import is_reference, read_secret
from gateway.config.values import ValueProblemError, duration

R = TypeVar("R")
T = TypeVar("T")


class Findings:
    """What has been found so far in the whole file, and the secrets that were read."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[ConfigProblem] = []
        self.secrets: set[str] = set()

    def add(self, key: str, message: str) -> None:
        self.problems.append(ConfigProblem(key=key, message=message))

    def secret(self, key: str, reference: str) -> str:
        """The secret behind a reference; empty, with a problem noted, when there is none."""
        try:
            secret = read_secret(reference, self.environ)
        except ValueProblemError as error:
            self.add(key, str(error))
            return ""
        self.secrets.add(secret)
        return secret


class Table:
    """A table of the file at `path`; each getter returns the default when the key is absent or unusable."""

    def __init__(self, data: Mapping[str, Any], path: str, findings: Findings) -> None:
        self._data = data
        self.path = path
        self.findings = findings
        self._known: set[str] = set()

    def key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        return name in self._data

    def problem(self, name: str, message: str) -> None:
        self.findings.add(self.key(name), message)

    # -- values ------------------------------------------------------------------------------------------

    def text(self, name: str, default: T, read: Callable[[str], str] = str) -> str | T:
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip():
            self.problem(name, "must be a text in quotes that is not empty")
            return default
        return self._read(name, value, default, read)

    def required(self, name: str, read: Callable[[str], str] = str, *, example: str) -> str:
        if not self.has(name):
            self._known.add(name)
            self.problem(name, f"is missing: add for example {name} = {example}")
            return ""
        return self.text(name, "", read)

    def value(self, name: str, default: T, read: Callable[[Any], T]) -> T:
        """For values that are a text or a number, such as durations."""
        value = self._take(name)
        return default if value is None else self._read(name, value, default, read)

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            self.problem(name, f"must be one of {', '.join(choices)}{did_you_mean(value, choices)}")
            return default
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.problem(name, "must be true or false, without quotes")
            return default
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.problem(name, f"must be a whole number from {low} to {high}, without quotes")
            return default
        return value

    def seconds(self, name: str, default: float, low: float, high: float) -> float:
        value = self.value(name, default, duration)
        if not low <= value <= high:
            self.problem(name, f"must be between {low:g} and {high:g} seconds")
            return default
        return value

    def texts(self, name: str, read: Callable[[str], str] = str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self._take(name)
        if value is None:
            return ()
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
            self.problem(name, 'must be a list of texts, such as ["one", "two"]')
            return ()
        return tuple(
            self._read(f"{name}[{i}]" if len(values) > 1 else name, each, each, read)
            for i, each in enumerate(values)
        )

    def secret(self, name: str) -> str:
        value = self.text(name, "")
        return self.findings.secret(self.key(name), value) if value else ""

    def secret_list(self, name: str, read: Callable[[str], str] = str) -> tuple[str, ...]:
        """One reference or a list of them: while a secret is rotated, the old and the new one both count."""
        given = self._data.get(name)
        references = self.texts(name)
        if isinstance(given, list) and not given:
            self.problem(name, "is an empty list: nothing could ever be let in")
        secrets = []
        for i, reference in enumerate(references):
            place = f"{name}[{i}]" if len(references) > 1 else name
            secret = self.findings.secret(self.key(place), reference)
            if secret:
                secrets.append(self._read(place, secret, secret, read))
        return tuple(secrets)

    def skip(self, *names: str) -> None:
        """These keys are known, and not read."""
        self._known.update(names)

    # -- tables ------------------------------------------------------------------------------------------

    def table(self, name: str) -> Table | None:
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.problem(name, f"must be a table: write [{self.key(name)}] on a line of its own")
            return None
        return Table(value, self.key(name), self.findings)

    def tables(self, name: str) -> Iterator[Table]:
        """The tables of `[[name]]`, in order."""
        value = self._take(name)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            self.problem(name, f"must be a list of tables: write [[{self.key(name)}]] above each")
            return
        for index, each in enumerate(value):
            yield Table(each, f"{self.key(name)}[{index}]", self.findings)

    def names(self) -> tuple[str, ...]:
        return tuple(self._data)

    def content(self) -> Mapping[str, Any]:
        """All of a free table, as it is nested."""
        return self._data

    def pairs(self, *, may_be_secret: Callable[[str], bool] = lambda _name: False) -> dict[str, str]:
        """All keys of a free table, such as headers; a value may be a reference, or must be one."""
        found = {}
        for name in self._data:
            value = self.text(name, "")
            if is_reference(value) or (value and may_be_secret(name)):
                value = self.findings.secret(self.key(name), value)
            found[name] = value
        return found

    def refuse_the_rest(self) -> None:
        """Every key that nobody has asked for is a slip of the pen, and would silently do nothing."""
        for name in self._data:
            if name not in self._known:
                self.problem(name, f"is not a key of this table{did_you_mean(name, sorted(self._known))}")

    # -- parts -------------------------------------------------------------------------------------------

    def _take(self, name: str) -> Any:
        self._known.add(name)
        return self._data.get(name)

    def _read(self, name: str, value: Any, default: T, read: Callable[[Any], R]) -> R | T:
        try:
            return read(value)
        except ValueProblemError as error:
            self.problem(name, str(error))
            return default


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """The end of a message: the known name that looks most like `value`, if one does."""
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(value.casefold(), list(folded), n=1, cutoff=0.6)
    return f": did you mean {folded[close[0]]}?" if close else ""
