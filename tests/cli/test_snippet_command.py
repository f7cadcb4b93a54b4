"""`gateway snippet`: one way for a pipe, all ways for a person."""

from __future__ import annotations

from gateway.web.snippets import Style
from tests.cli.conftest import CommandLine

FORM = """
[sources.shop]
kind = "form"
dialer = "main"
list_id = "25062018"
"""


def test_one_way_is_nothing_but_its_code(command_line: CommandLine) -> None:
    done = command_line.run("snippet", "website", "--as", "hosted")

    assert done.exit_code == 0
    assert done.output.startswith('<div data-lead-gateway="website"></div>\n<script src="')
    assert done.output.endswith("</script>\n")


def test_without_a_choice_every_way_is_shown_and_what_to_know(command_line: CommandLine) -> None:
    command_line.config.write_text(command_line.config.read_text() + FORM)

    done = command_line.run("snippet", "shop")

    assert done.exit_code == 0
    for style in Style:
        assert f"--as {style}" in done.output
    assert "Note: Scripts of websites may not read the answer yet." in done.output


def test_a_source_that_is_no_form_is_told_which_are(command_line: CommandLine) -> None:
    done = command_line.run("snippet", "partner")

    assert done.exit_code == 1
    assert "partner is no form of this configuration." in done.output
    assert "website" in done.output


def test_an_unknown_way_is_a_wrong_usage(command_line: CommandLine) -> None:
    assert command_line.run("snippet", "website", "--as", "vue").exit_code == 2
