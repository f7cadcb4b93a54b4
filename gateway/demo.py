"""The demo: a stand-in dialer and the gateway as processes of this machine, a website that uses them."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from gateway import demo_past, demo_site
from gateway.accounts import Role, passwords, people
from gateway.accounts.people import By
from gateway.clock import SystemClock
from gateway.config import parse_config
from gateway.demo_site import EXAMPLE_DIALER, EXAMPLE_GATEWAY, EXAMPLE_SITE, Surroundings
from gateway.store import Store
from gateway.store.reading import Search

ADMIN = "admin"  # who may sign in to the demo's console
SOURCE = "partner"  # the example's source that takes API keys
READY_WITHIN = 30.0  # seconds
STOPPED_WITHIN = 45.0
_LOOK_AGAIN = 0.1
_MISTAKE = f"""
# A mistake, so that there is something to mend: the stand-in dialer has no such list.
[[sources.portal.routes]]
when = {{ EnquiryType = "Commercial" }}
list_id = "{demo_past.MISSING_LIST}"
"""


class DemoError(Exception):
    """The demo cannot go on; its text says why, `log` where to read more."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the demo keeps what it makes, and the addresses it uses."""

    directory: Path
    host: str
    port: int
    dialer_port: int
    site_port: int
    empty: bool = False  # without the two weeks of made-up leads

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def dialer_url(self) -> str:
        return f"http://127.0.0.1:{self.dialer_port}"

    @property
    def site_url(self) -> str:
        return f"http://{demo_site.HOST}:{self.site_port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.directory / 'gateway.db'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Furnished:
    """Everything that was made before the processes start."""

    environ: Mapping[str, str]
    api_key: str
    portal_token: str
    admin_password: str  # of the console


def furnish(place: Place, environ: Mapping[str, str]) -> Furnished:
    """Configuration, secrets, tables, an API key and somebody for the console; what is there already is kept."""
    place.directory.mkdir(parents=True, exist_ok=True)
    config = place.directory / "gateway.toml"
    config.write_text(_configuration(place), encoding="utf-8")
    token = _kept_secret(place.directory / "portal_token")
    Store.migrate(place.database_url)
    if not place.empty:
        _fill(place, config.read_text(encoding="utf-8"), token)
    return Furnished(
        api_key=_api_key(place),
        portal_token=token,
        admin_password=_admin_password(place),
        environ={
            **{name: value for name, value in environ.items() if not name.startswith("GATEWAY_")},
            "GATEWAY_DATABASE_URL": place.database_url,
            "GATEWAY_SECRET_KEY": _kept_secret(place.directory / "secret_key"),
            "GATEWAY_CONFIG": str(config),
            "GATEWAY_STATE_DIR": str(place.directory),
            "GATEWAY_HOST": place.host,
            "GATEWAY_PORT": str(place.port),
            "GATEWAY_DRAIN_SECONDS": "0",
            "GATEWAY_DEMO": "true",
            "PORTAL_TOKEN": token,
        },
    )


def _fill(place: Place, configuration: str, token: str) -> None:
    """Two weeks of leads, if nothing is there yet."""
    store = Store.open(place.database_url)
    try:
        if not store.find(Search(), limit=1).leads:
            parsed = parse_config(configuration, {"PORTAL_TOKEN": token})
            demo_past.fill(store, parsed, now=time.time())
    finally:
        store.close()


def example_configuration() -> Path:
    """The example travels inside an installed package, and stands beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "gateway.toml"
    return inside if inside.exists() else package.parent / "gateway.toml"


def _configuration(place: Place) -> str:
    text = example_configuration().read_text(encoding="utf-8")
    text = text.replace(EXAMPLE_GATEWAY, f"{place.host}:{place.port}")
    text = text.replace(EXAMPLE_DIALER, f"127.0.0.1:{place.dialer_port}")
    text = text.replace(EXAMPLE_SITE, f"{demo_site.HOST}:{place.site_port}")
    return f"# Written by `gateway demo` each time it starts, after the example gateway.toml.\n\n{text}{_MISTAKE}"


def _kept_secret(path: Path) -> str:
    """A random secret that stays the same from start to start, readable by its owner alone."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        secret = secrets.token_urlsafe(36)
        _write_private(path, secret)
        return secret


def _api_key(place: Place) -> str:
    """The demo's own key; a new one when the database does not know the old one."""
    path = place.directory / "api_key"
    store = Store.open(place.database_url, clock=SystemClock())
    try:
        known = {key.public_id for key in store.list_keys() if key.usable(time.time())}
        text = path.read_text(encoding="utf-8").strip() if path.exists() else ""
        if any(f"_{public_id}_" in text for public_id in known):
            return text
        _, text = store.issue_key(SOURCE, "live", "gateway demo")
    finally:
        store.close()
    _write_private(path, text)
    return text


def _admin_password(place: Place) -> str:
    """The first admin of the console, made once; a new password when the database is another than before."""
    path, now = place.directory / "admin_password", time.time()
    store = Store.open(place.database_url, clock=SystemClock())
    try:
        admin = store.console.users.named(ADMIN)
        if admin is not None and path.exists():
            return path.read_text(encoding="utf-8").strip()
        password = passwords.one_time()
        by = By(actor="gateway")
        if admin is None:
            people.create(store, ADMIN, Role.ADMIN, by, now=now, password=password)
        else:
            people.choose_password(store, admin, password, by, now=now)
    finally:
        store.close()
    _write_private(path, password)
    return password


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")


# -- running -------------------------------------------------------------------------------------------------


class Processes:
    """The two processes and the website; leaving the `with` block stops all and waits for them."""

    def __init__(self, place: Place, environ: Mapping[str, str]) -> None:
        self._place = place
        self._environ = environ
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._site = ExitStack()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_error: object) -> None:
        self._site.close()
        # The gateway before the dialer: it finishes its leads while the dialer still answers.
        for name in reversed(list(self._running)):
            self._stop(self._running[name])

    def start(self) -> None:
        """Start everything; returns when a lead can be kept, raises DemoError when one does not come up."""
        self._launch("emulator", "emulator", "--port", str(self._place.dialer_port))
        self._await("emulator", f"{self._place.dialer_url}/")
        self._launch("gateway", "serve")
        self._await("gateway", f"{self._place.url}/readyz")
        around = Surroundings(gateway_url=self._place.url, dialer_url=self._place.dialer_url)
        self._site.enter_context(demo_site.serving(self._place.site_port, around))

    def watch(self) -> None:
        """Never returns; raises DemoError when one of them ends by itself."""
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    raise DemoError(f"the {name} ended by itself ({process.returncode})", self._log(name))
            time.sleep(0.5)

    def _launch(self, name: str, *arguments: str) -> None:
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-m", "gateway", *arguments],
                env=dict(self._environ),
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop them in order
            )

    def _await(self, name: str, url: str) -> None:
        opener = build_opener(ProxyHandler({}))
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            if self._running[name].poll() is not None:
                raise DemoError(f"the {name} did not start", self._log(name))
            try:
                opener.open(url, timeout=2).close()
            except (URLError, OSError):
                time.sleep(_LOOK_AGAIN)
            else:
                return
        raise DemoError(f"the {name} was not ready within {READY_WITHIN:.0f} seconds", self._log(name))

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _log(self, name: str) -> Path:
        return self._place.directory / f"{name}.log"
