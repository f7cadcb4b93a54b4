"""Secrets stand outside the file: `env:NAME` and `file:/path` are read here, a literal secret is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.config.values import ValueProblemError


def is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("env:", "file:"))


def read_secret(value: str, environ: Mapping[str, str]) -> str:
    """What the reference points to; raises ValueProblemError with the next step."""
    if value.startswith("env:"):
        return _from_environment(value.removeprefix("env:").strip(), environ)
    if value.startswith("file:"):
        return _from_file(Path(value.removeprefix("file:").strip()))
    raise ValueProblemError(
        "must not stand in this file: write env:NAME or file:/path and put the secret there; "
        "if this file was ever shared, replace the secret"
    )


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    secret = environ.get(name)
    if secret is None:
        raise ValueProblemError(
            f"the environment variable {name} is not set: set it where the gateway is started"
        )
    if not secret.strip():
        raise ValueProblemError(f"the environment variable {name} is empty: an empty secret protects nothing")
    return secret.strip()


def _from_file(path: Path) -> str:
    if not path.is_absolute():
        raise ValueProblemError("file: needs an absolute path, such as file:/run/secrets/name")
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueProblemError(
            f"the file {path} cannot be read ({type(error).__name__}): check that it exists and may be read"
        ) from error
    if not secret:
        raise ValueProblemError(f"the file {path} is empty: an empty secret protects nothing")
    return secret
