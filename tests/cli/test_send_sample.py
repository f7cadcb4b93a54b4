"""`gateway send --sample`: what each platform would send, through a gateway that runs, to the lead it becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import Result
from structlog.testing import capture_logs

from gateway.app import create_app
from gateway.capture import Services
from gateway.config import GatewayConfig, load_config, parse_config
from gateway.config.kinds import KINDS, OPTIONS, Access
from gateway.leads.lead import Lead
from gateway.settings import Settings
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from tests.cli.conftest import PARTNER, CommandLine
from tests.config.files import GOOD, spoilt
from tests.running import EmulatorHandle, running_emulator, serving
from tests.sources.contract import FETCHED, made, read, sample_of

DIALER = 'url = "https://dialer.example/elision-dialer/elision-api/main.php"'
SECRETS = {"PLATFORM_SECRET": "platform-secret-0123456789", "PORTAL_TOKEN": "portal-token-of-24-chars"}
OF_THE_LEAD_ITSELF = {
    "phone_number",
    "list_id",
    "prospects_id",
}  # columns in the dialer; the rest are its fields
WEBHOOKS = sorted(name for name, kind in SOURCES.items() if kind.door is Door.WEBHOOK)


def table_of(kind: str) -> str:
    """The lines that switch a kind on, as its page has them."""
    proof = {
        Access.PLATFORM: 'secret = "env:PLATFORM_SECRET"',
        Access.ADDRESS: 'token = "env:PLATFORM_SECRET"',
        Access.CHOSEN: 'auth = "token"\ntoken = "env:PLATFORM_SECRET"',
    }[KINDS[kind]]
    needed = [
        f'{option.name} = "{"env:PLATFORM_SECRET" if option.secret else option.example}"'
        for option in OPTIONS.get(kind, ())
        if option.required
    ]
    lines = [
        f"[sources.my-{kind}]",
        f'kind = "{kind}"',
        'dialer = "main"',
        'list_id = "25062018"',
        proof,
        *needed,
    ]
    return "\n".join(lines) + '\ndedupe = "off"\nlimits = ["none"]\n'


class Running:
    """A gateway with a source of every kind, its dialer, and a command line that knows both."""

    def __init__(
        self, command_line: CommandLine, config: GatewayConfig, url: str, dialer: EmulatorHandle
    ) -> None:
        self._command_line = command_line
        self.config = config
        self.url = url
        self.dialer = dialer

    def send(self, *words: str) -> Result:
        return self.run("send", *words, "--url", self.url)

    def run(self, *words: str) -> Result:
        return self._command_line.run(*words)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    command_line = CommandLine(tmp_path_factory.mktemp("send"))
    command_line.environ |= SECRETS
    with running_emulator() as dialer:
        here = spoilt(DIALER, f'url = "{dialer.api_url}"')
        command_line.config.write_text("\n".join([here, PARTNER, *map(table_of, WEBHOOKS)]))
        assert command_line.run("migrate").exit_code == 0
        settings = Settings.from_env(command_line.environ)
        config = load_config(settings.config, command_line.environ)
        app = create_app(settings, config)
        services: Services = app.extensions["gateway"]
        services.delivery.start()
        try:
            with serving(app) as served, capture_logs():  # its log lines are not the command's output
                yield Running(command_line, config, served.url, dialer)
        finally:
            services.delivery.stop(2)
            services.recorder.close()
            services.store.close()


@pytest.mark.parametrize("kind", [kind for kind in WEBHOOKS if kind not in FETCHED])
def test_a_sample_of_each_platform_reaches_the_dialer(running: Running, kind: str) -> None:
    source = running.config.sources[f"my-{kind}"]
    (submission,) = read(source, sample_of(source, 12_345))
    expected = made(source, submission)
    assert isinstance(expected, Lead)

    done = running.send(source.name, "--sample", "--number", "12345")

    assert done.exit_code == 0, done.output
    lead = running.dialer.leads()[-1]
    assert f"dialer  main, Lead ID {lead['lead_id']}" in done.output
    assert lead["phone_number"] == "9876512345"
    told = {name: text for name, text in expected.fields.items() if name not in OF_THE_LEAD_ITSELF}
    assert lead["fields"] == told
    assert {"CustomerName", "MobileNo", "LeadSource"} <= told.keys()
    assert SECRETS["PLATFORM_SECRET"] not in done.output


@pytest.mark.parametrize("kind", sorted(FETCHED & set(WEBHOOKS)))
def test_a_sample_that_is_only_an_id_says_what_it_waits_for(running: Running, kind: str) -> None:
    done = running.send(f"my-{kind}", "--sample", "--json", "--wait", "0")

    assert json.loads(done.stdout)["lead"]["state"] == "quarantined"


@pytest.mark.parametrize("source", ["website", "partner", "portal"])
def test_a_visitor_a_partner_and_a_mapped_portal_have_samples_too(running: Running, source: str) -> None:
    done = running.send(source, "--sample", "--number", "4321")

    assert done.exit_code == 0, done.output
    found = running.run("leads", "list", "--source", source, "--phone", "9876504321", "--json")
    assert len(json.loads(found.stdout)["leads"]) == 1


def test_the_same_number_again_is_the_same_lead(running: Running) -> None:
    first = json.loads(running.send("my-google_ads", "--sample", "--number", "77", "--json").stdout)
    again = json.loads(running.send("my-google_ads", "--sample", "--number", "77", "--json").stdout)

    assert first["answer"] == again["answer"] == {}
    assert again["lead"]["state"] == "duplicate"
    assert again["lead"]["duplicate_of"] == first["lead"]["id"]


def test_what_the_platform_is_told_is_shown_in_its_own_words(running: Running) -> None:
    assert "200 after " in (output := running.send("my-justdial", "--sample").output)
    assert "RECEIVED" in output


def test_fields_of_ones_own_are_not_what_a_platform_sends(running: Running) -> None:
    done = running.send("my-google_ads", "MobileNo=9876543210")

    assert done.exit_code == 1
    assert "gateway send my-google_ads --sample" in done.output


@pytest.mark.parametrize("words", [(), ("--sample", "MobileNo=9876543210")])
def test_either_fields_or_a_sample_is_sent(running: Running, words: tuple[str, ...]) -> None:
    assert running.send("website", *words).exit_code == 2


@pytest.mark.parametrize(("answer", "asked"), [("n\n", "Send it?"), ("", "Send it?")])
def test_an_invented_number_goes_to_a_real_dialer_only_when_it_is_meant(
    migrated: CommandLine, answer: str, asked: str
) -> None:
    done = migrated.run("send", "website", "--sample", "--number", "5", answer=answer)

    assert done.exit_code == 1
    assert asked in done.output
    assert "9876500005" in done.output


def test_who_is_sure_is_not_asked(migrated: CommandLine) -> None:
    done = migrated.run("send", "website", "--sample", "--yes", "--url", "http://127.0.0.1:1")

    assert done.exit_code == 3
    assert "Send it?" not in done.output


def test_the_token_in_an_address_is_not_shown_when_nobody_answers(running: Running) -> None:
    done = running.run("send", "my-justdial", "--sample", "--url", "http://127.0.0.1:1")

    assert done.exit_code == 3
    assert SECRETS["PLATFORM_SECRET"] not in done.output


def test_the_lines_of_every_kind_are_a_good_configuration() -> None:
    text = "\n".join([GOOD, *map(table_of, WEBHOOKS)])

    assert len(parse_config(text, {**SECRETS, "DIALER_PASSWORD": "p" * 20}).sources) == len(WEBHOOKS) + 2
