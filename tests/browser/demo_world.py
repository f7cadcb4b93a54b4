"""The gateway of the example configuration, its dialer, and the website of the demo on another origin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway import demo_site
from gateway.demo_site import Surroundings
from tests.browser.form_gateway import FormGateway
from tests.journeys.running_gateway import RunningGateway, free_port
from tests.running import running_emulator

EXAMPLE = Path(__file__).parents[2] / "gateway.toml"


@dataclass(frozen=True, kw_only=True)
class DemoWorld:
    """`gateway` is one of the harness, `site` the website's address."""

    gateway: FormGateway
    site: str

    def page(self, name: str) -> str:
        return f"{self.site}/{name}.html"


@contextmanager
def demo_world(folder: Path) -> Iterator[DemoWorld]:
    """Everything of `gateway demo` that a visitor meets."""
    port, site_port = free_port(), free_port()
    with running_emulator() as emulator:
        gateway = RunningGateway(
            folder=folder,
            dialer_url=emulator.api_url,
            port=port,
            key="unused",
            options={"more": _website(port, site_port)},
            environment={"GATEWAY_DEMO": "true"},
        )
        around = Surroundings(gateway_url=gateway.url, dialer_url=emulator.url)
        try:
            gateway.start()
            with demo_site.serving(site_port, around) as site:
                yield DemoWorld(gateway=FormGateway(running=gateway, emulator=emulator), site=site)
        finally:
            gateway.kill_all()


def _website(port: int, site_port: int) -> str:
    """The example's form as it stands; only a test is quicker than a person, and comes more often."""
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text[text.index("[sources.website]") : text.index("# A lead portal")]
    for example, here in (
        (demo_site.EXAMPLE_SITE, f"{demo_site.HOST}:{site_port}"),
        ('limits = ["20 per minute per ip", "600 per minute"]', 'limits = ["none"]'),
        ('provider = "altcha"', 'provider = "altcha"\ncost = 50'),
    ):
        assert example in text
        text = text.replace(example, here)
    quick = "\n[sources.website.spam]\nmin_seconds = 0\n"
    return f'[gateway]\npublic_url = "http://127.0.0.1:{port}"\n\n{text}{quick}'
