"""The small copies of the scripts are those of the scripts beside them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FORMS = HERE.parents[1] / "templates" / "forms"


@pytest.mark.parametrize("name", ["embed", "proof"])
def test_a_small_copy_is_up_to_date(name: str) -> None:
    made = subprocess.run(
        ["node", "minify.js", "--print", name], cwd=HERE, check=True, capture_output=True, text=True
    )

    assert (FORMS / f"{name}.min.js").read_text() == made.stdout, "run: npm --prefix tests/browser run minify"
