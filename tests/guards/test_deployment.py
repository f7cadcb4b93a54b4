"""Dockerfile, locks and Makefile fit the code and name no machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gateway.cli import COMMANDS
from gateway.settings import SECRETS, defaults

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK_LINE = re.compile(r"#.*|\s*|[\w.-]+==[\w.!+-]+ \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return {
        canonicalize_name(found[1]): found[2]
        for found in re.finditer(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }


def test_the_image_starts_a_command_that_exists() -> None:
    command = re.search(r'^CMD \["(\w+)"\]', DOCKERFILE, re.MULTILINE)
    assert command is not None
    assert command[1] in COMMANDS
    assert PROJECT["project"]["scripts"]["gateway"] == "gateway.cli:main"
    for word in re.findall(r"serve \(default\), (.*), …", DOCKERFILE)[0].split(", "):
        assert word in COMMANDS


def test_the_image_sets_only_settings_that_exist() -> None:
    known = set(defaults()) | {f"GATEWAY_{name.upper()}_FILE" for name in SECRETS}
    assert set(re.findall(r"GATEWAY_[A-Z_]+[A-Z]", DOCKERFILE)) <= known


def test_the_image_runs_as_nobody_in_particular() -> None:
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert "/livez" in DOCKERFILE


def test_the_image_copies_only_what_the_ignore_file_lets_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied: set[str] = set()
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        copied |= set(line.split()[:-1])
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_no_path(name: str) -> None:
    for line in (ROOT / name).read_text().splitlines():
        assert re.fullmatch(r"#.*|\s*|[\w.-]+==[\w.!+-]+ \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?", line), (
            line
        )


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
        ("requirements-build.lock", PROJECT["build-system"]["requires"]),
    ],
)
def test_a_lock_holds_what_the_project_wants(name: str, wanted: list[str]) -> None:
    versions = locked(name)
    for text in wanted:
        requirement = Requirement(text)
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{text}: run make lock"
        assert requirement.specifier.contains(version), f"{text}: run make lock"


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    tested = locked("requirements-dev.lock")
    for name, version in locked("requirements.lock").items():
        assert tested[name] == version, name


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    for target in phony[1].split():
        assert target == "tools" or f"make {target} " in shown, target


def test_what_runs_on_every_change_is_executable_and_runs_make_sure() -> None:
    run = ROOT / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    assert "make sure" in run.read_text()
    assert (ROOT / ".ci" / "tools").stat().st_mode & 0o111
