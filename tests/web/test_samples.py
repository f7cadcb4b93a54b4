"""Every sample of a submission page is run as it is printed, and its lead is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Auth, GatewayConfig, SourceConfig
from gateway.web.openapi.guide import start
from gateway.web.prose import Code
from gateway.web.submission.languages import DIALECTS
from gateway.web.submission.page import as_markdown, page_of
from gateway.web.submission.samples import Language, samples_of, shared_machine_sample
from gateway.web.submission.sending import sending_of
from tests.journeys.running_gateway import free_port
from tests.running import Serving
from tests.web.gateway_under_test import UNLIMITED, Gateway, make_config, opened

SECRET = "portal-secret-0123456789"
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NETWORKS = ("127.0.0.0/8",)
AUTHS = {
    "token": Auth(method="token", secrets=(SECRET,)),
    "basic": Auth(method="basic", user='the "portal"', secrets=(SECRET,)),
    "hmac-hex": Auth(method="hmac", secrets=(SECRET,)),
    "hmac-base64": Auth(
        method="hmac",
        secrets=(SECRET,),
        signature_header="X-Signature",
        signature_prefix="",
        signature_encoding="base64",
    ),
    "stripe": Auth(method="stripe", secrets=(SECRET,), signature_header="Stripe-Signature"),
    "standard-webhooks": Auth(method="standard-webhooks", secrets=(STANDARD,)),
    "ip": Auth(method="ip", networks=NETWORKS),
}
SOURCES = ("partner", "signed-partner", "old-program", "old-program-by-address", *AUTHS)
COMMANDS = {
    Language.CURL: ("bash",),
    Language.PYTHON: (sys.executable,),
    Language.PHP: ("php",),
    Language.NODE: ("node",),
}


@dataclass
class World:
    """A gateway that listens, and the configuration it has."""

    gateway: Gateway
    config: GatewayConfig

    def secret_of(self, source: SourceConfig) -> str:
        if source.kind in ("partner", "elision") and not source.auth.secrets:
            return self.gateway.key(source.name)
        return next(iter(source.auth.secrets), "")


def configured(url: str) -> GatewayConfig:
    def source(name: str, kind: str, auth: Auth) -> SourceConfig:
        return SourceConfig(
            name=name, kind=kind, dialer="main", list_id="25062018", limits=UNLIMITED, dedupe=0, auth=auth
        )

    generic = {
        name: replace(
            source(name, "generic", auth),
            fields={"MobileNo": "contact.phone", "CustomerName": "join(' ', [contact.first, contact.last])"},
        )
        for name, auth in AUTHS.items()
    }
    elision = source("old-program", "elision", Auth(method="keys"))
    addressed = source("old-program-by-address", "elision", Auth(method="keys", networks=NETWORKS))
    partner = source("partner", "partner", Auth())
    signed = source("signed-partner", "partner", Auth(method="standard-webhooks", secrets=(STANDARD,)))
    sources = {
        **generic,
        "partner": partner,
        signed.name: signed,
        elision.name: elision,
        addressed.name: addressed,
    }
    return replace(make_config(public_url=url), sources=sources)


@contextmanager
def listening(folder: Path) -> Iterator[World]:
    port = free_port()
    config = configured(f"http://127.0.0.1:{port}")
    with opened(folder, config) as gateway:
        server = Serving(gateway.app)
        server.port = port
        server.start()
        try:
            yield World(gateway=gateway, config=config)
        finally:
            server.stop()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with listening(tmp_path_factory.mktemp("samples")) as running:
        yield running


def run(world: World, source: SourceConfig, command: tuple[str, ...], cwd: Path) -> str:
    """What the program printed; it knows the secret from its environment alone."""
    secret = world.secret_of(source)
    done = subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "LEADS_KEY": secret, "LEADS_SECRET": secret},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def assert_sent(world: World, source: SourceConfig, before: int, printed: str) -> None:
    kept = world.gateway.stored(source.name)
    assert len(kept) == before + 1, printed
    assert kept[0].state.value != "quarantined", printed
    assert '"success"' in printed.replace(" ", "") or '"success":"true"' in printed, printed


@pytest.mark.parametrize("language", [each for each in Language if each is not Language.CURL])
def test_the_quick_start_works_in_every_language(world: World, tmp_path: Path, language: Language) -> None:
    title = f"The first lead in {DIALECTS[language].title}"
    blocks = start(world.config.public_url).blocks
    (code,) = (block.text for block in blocks if isinstance(block, Code) and block.title == title)
    name = DIALECTS[language].file_name
    if language is Language.CSHARP:
        command = built(code, tmp_path, name)
    else:
        (tmp_path / name).write_text(code, encoding="utf-8")
        command = (*COMMANDS[language], name)
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LEADS_KEY": world.gateway.key("partner", "test"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "201" in done.stdout
    assert '"lead_id":"1764"' in done.stdout


def built(code: str, folder: Path, file_name: str) -> tuple[str, ...]:
    (folder / file_name).write_text(code, encoding="utf-8")
    subprocess.run(
        ("mcs", "-nologo", "-r:System.Net.Http.dll", "-out:sample.exe", file_name),
        cwd=folder,
        check=True,
        timeout=60,
        capture_output=True,
    )
    return ("mono", "sample.exe")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", SOURCES)
def test_a_sample_brings_a_lead(world: World, tmp_path: Path, name: str, language: Language) -> None:
    source = world.config.sources[name]
    sending = sending_of(source, world.config.public_url)
    assert sending is not None
    sample = next(each for each in samples_of(sending) if each.language is language)
    before = len(world.gateway.stored(name))
    if language is Language.CSHARP:
        command = built(sample.code, tmp_path, sample.file_name)
    else:
        (tmp_path / sample.file_name).write_text(sample.code, encoding="utf-8")
        command = (*COMMANDS[language], sample.file_name)
    assert_sent(world, source, before, run(world, source, command, tmp_path))


@pytest.mark.parametrize("name", [name for name in SOURCES if name not in ("ip", "old-program-by-address")])
def test_a_sample_for_a_shared_machine_brings_a_lead(world: World, tmp_path: Path, name: str) -> None:
    source = world.config.sources[name]
    sending = sending_of(source, world.config.public_url)
    assert sending is not None
    code = shared_machine_sample(sending)
    assert code is not None
    (tmp_path / "send.sh").write_text(code, encoding="utf-8")
    before = len(world.gateway.stored(name))

    assert_sent(world, source, before, run(world, source, ("bash", "send.sh"), tmp_path))


@pytest.mark.parametrize("name", SOURCES)
def test_a_page_prints_the_samples_as_they_are_run_and_no_secret(world: World, name: str) -> None:
    source = world.config.sources[name]
    page = as_markdown(page_of(source, world.config))
    sending = sending_of(source, world.config.public_url)
    assert sending is not None
    shared = shared_machine_sample(sending)

    for code in (*(sample.code for sample in samples_of(sending)), *([shared] if shared else [])):
        assert f"\n{code.rstrip()}\n```" in page
    for secret in (SECRET, STANDARD, world.secret_of(source)):
        assert not secret or secret not in page


def test_the_quick_start_brings_the_lead_id_it_promises(world: World, tmp_path: Path) -> None:
    first, ask = (
        block.text for block in start(world.config.public_url).blocks[:3] if isinstance(block, Code)
    )
    key = world.gateway.key("partner", "test")
    (tmp_path / "uuidgen").write_text("#!/bin/sh\necho 5f0c6f9e-6a2b-4f0e-9a55-5f4d3f7f2d11\n")
    (tmp_path / "uuidgen").chmod(0o755)

    def printed(commands: str) -> Any:
        done = subprocess.run(
            ("bash", "-c", commands),
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "LEADS_KEY": key},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return json.loads(done.stdout)

    answer = printed(first.replace("gw_test_…", key))
    assert answer["dialer"]["lead_id"] == "1764"
    assert printed(ask.replace("LEAD_ID", answer["lead"]["id"]))["dialer"] == answer["dialer"]
