"""What is wrong, or doubtful, in the configuration: the key and a sentence with the next step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigProblem:
    """One finding; the message never holds a secret."""

    key: str  # dotted, as in the file: sources.portal.token
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


class ConfigError(ValueError):
    """Everything that is wrong with the configuration, at once."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
