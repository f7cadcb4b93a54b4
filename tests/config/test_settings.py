"""The environment is read strictly, and every mistake names its variable and the next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsError

GOOD_KEY = "kV9-3hT7_qLz2RrXw8PbN5mYcE4sGfAjUoI1dHtQ"


def problems_of(**environ: str) -> dict[str, str]:
    try:
        Settings.from_env(environ)
    except SettingsError as error:
        return {problem.name: problem.message for problem in error.problems}
    return {}


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("GATEWAY_PORT", "eighty", "whole number from 1 to 65535"),
        ("GATEWAY_PORT", "٨٠٠٠", "whole number"),
        ("GATEWAY_PORT", "tcp://10.0.0.1:8000", "Kubernetes"),
        ("GATEWAY_WORKERS", "0", "from 1 to 64"),
        ("GATEWAY_DELIVER", "yes", "true or false"),
        ("GATEWAY_DRAIN_SECONDS", "-1", "from 0 to 600"),
        ("GATEWAY_DRAIN_SECONDS", "nan", "from 0 to 600"),
        ("GATEWAY_DATABASE_URL", "mysql://x", "sqlite:///"),
        ("GATEWAY_RATELIMIT_URL", "memcached://x", "redis://"),
        ("GATEWAY_LOG_LEVEL", "verbose", "debug, info"),
        ("GATEWAY_HOST", " ", "unset GATEWAY_HOST"),
        ("GATEWAY_WORKER", "4", "did you mean GATEWAY_WORKERS?"),
        ("GATEWAY_SECRET_KEY_FILE", "/no/such/file", "cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_used_names_the_next_step(variable: str, value: str, words: str) -> None:
    found = problems_of(**{variable: value})
    assert words in found[variable.removesuffix("_FILE")]


def test_all_mistakes_are_told_at_once() -> None:
    assert set(problems_of(GATEWAY_PORT="0", GATEWAY_DELIVER="1")) == {"GATEWAY_PORT", "GATEWAY_DELIVER"}


def test_an_empty_environment_is_a_good_one() -> None:
    assert Settings.from_env({}) == Settings()


def test_variables_of_others_that_begin_alike_are_left_alone() -> None:
    assert problems_of(GATEWAY_PORT_8000_TCP_ADDR="10.0.0.1", GATEWAY_SERVICE_HOST="10.0.0.1") == {}


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{GOOD_KEY}\n")
    assert Settings.from_env({"GATEWAY_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == GOOD_KEY


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(GOOD_KEY)
    found = problems_of(GATEWAY_SECRET_KEY=GOOD_KEY, GATEWAY_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert "unset one of them" in found["GATEWAY_SECRET_KEY"]


@pytest.mark.parametrize("weak", ["", "short", "a" * 64, "changeme" * 2])
def test_a_server_does_not_start_with_a_weak_secret_key(weak: str) -> None:
    problems = Settings(secret_key=weak).problems_for_serving()
    assert [problem.name for problem in problems] == ["GATEWAY_SECRET_KEY"]


def test_limits_counted_in_memory_allow_one_worker_only() -> None:
    problems = Settings(secret_key=GOOD_KEY, workers=2).problems_for_serving()
    assert [problem.name for problem in problems] == ["GATEWAY_RATELIMIT_URL"]
    assert Settings(secret_key=GOOD_KEY, workers=1).problems_for_serving() == ()
    assert Settings(secret_key=GOOD_KEY, workers=2, ratelimit_url="redis://x").problems_for_serving() == ()


def test_secrets_are_not_shown_in_a_traceback() -> None:
    settings = Settings(
        secret_key=GOOD_KEY, database_url="postgresql://u:pw-in-url@db/x", metrics_token="tok-en"
    )
    assert GOOD_KEY not in repr(settings)
    assert "pw-in-url" not in repr(settings)
    assert "tok-en" not in repr(settings)
