"""The whole gateway over a real store, with a dialer that answers by script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.gateway_under_test import Gateway, make_config, opened


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path) as running:
        yield running


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Gateway]:
    """Like `gateway`, with a limit of three an hour for each address, key and source."""
    with opened(
        tmp_path, make_config(limits=("3 per hour per ip",), key_limits=("3 per hour per key",))
    ) as running:
        yield running
