"""`gateway docs`: a text, a page or a collection, printed or written."""

from __future__ import annotations

import json

from tests.cli.conftest import CommandLine


def test_a_text_is_printed(command_line: CommandLine) -> None:
    done = command_line.run("docs", "partner")

    assert done.exit_code == 0
    assert done.output.startswith("# Leads for partner\n")
    assert "/v1/leads" in done.output


def test_a_page_is_written(command_line: CommandLine) -> None:
    file = command_line.folder / "partner.html"

    done = command_line.run("docs", "partner", "--format", "html", "--out", str(file))

    assert done.exit_code == 0
    assert done.stdout == ""
    assert file.read_text().startswith("<!doctype html>")


def test_a_collection_is_json(command_line: CommandLine) -> None:
    done = command_line.run("docs", "partner", "--format", "postman")

    assert json.loads(done.stdout)["info"]["name"] == "Leads for partner"


def test_a_form_has_no_collection_and_is_told_what_to_do(command_line: CommandLine) -> None:
    done = command_line.run("docs", "website", "--format", "postman")

    assert done.exit_code == 1
    assert "no program of yours sends to it" in done.output
    assert "gateway docs website" in done.output


def test_an_unknown_source_is_told_which_there_are(command_line: CommandLine) -> None:
    done = command_line.run("docs", "nobody")

    assert done.exit_code == 1
    assert "partner" in done.output


def test_a_file_that_cannot_be_written_is_told(command_line: CommandLine) -> None:
    done = command_line.run("docs", "partner", "--out", str(command_line.folder / "no" / "such"))

    assert done.exit_code == 1
    assert "cannot be written" in done.output
