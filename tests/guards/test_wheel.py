"""A built wheel is the whole product: pages, words, snippets, example configuration and the demo's website."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAVELS = {"templates": "gateway/templates", "demo": "gateway/demo_site_files"}
SHOWS = """
from gateway import demo, demo_site
from gateway.config import Form, SourceConfig
from gateway.web.snippets import Style, snippet
source = SourceConfig(name="website", kind="form", dialer="main", list_id="25062018")
print(demo_site.folder(), demo.example_configuration(), snippet(source, "http://127.0.0.1:8000", Style.HTML).code)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's files, unpacked as pip does it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.parametrize("name", sorted(TRAVELS))
def test_every_file_beside_the_package_travels_inside_it(installed: Path, name: str) -> None:
    here = {path.relative_to(ROOT / name) for path in (ROOT / name).rglob("*") if path.is_file()}
    there = {
        path.relative_to(installed / TRAVELS[name])
        for path in (installed / TRAVELS[name]).rglob("*")
        if path.is_file()
    }

    assert here
    assert here == there


def test_what_is_installed_finds_its_own_files(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOWS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert str(installed / "gateway" / "demo_site_files") in done.stdout
    assert str(installed / "gateway" / "gateway.toml") in done.stdout
    assert '<form action="http://127.0.0.1:8000/forms/website"' in done.stdout
