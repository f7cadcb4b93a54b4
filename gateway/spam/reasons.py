"""Every reason of the spam checks, and its sentence for the operator who decides (docs/reason-codes.md)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.leads.lead import Note, Problem

# The lead is quarantined; its sender is told nothing.
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "spam.trapped": "A field that people never see was filled in: probably a program.",
        "spam.origin": "It came from a page that is not in this form's allowed_origins, and from no browser.",
        "spam.too_quick": "The form was sent sooner after it was opened than a person can fill it in.",
        "spam.too_old": "The form was opened more than seven days before it was sent: probably a copy of it.",
        "spam.not_opened": "Nobody opened the form: the mark that every copy of the page carries is not ours.",
        "spam.link_in_name": "There is a web address where a person's name belongs.",
        "spam.number_again": "This number has enquired more often than per_number of this form allows.",
        "spam.text_again": "The same long text came with three or more different numbers within an hour.",
        "captcha.missing": "The form requires a captcha, and the enquiry came without one.",
        "captcha.failed": "The captcha was not solved, or its answer was made up.",
        "captcha.spent": "The captcha's answer was used before, or came too late.",
        "captcha.elsewhere": "The captcha was solved for another form, website or action.",
        "captcha.score": "The captcha service thinks it was a program: the score is below min_score.",
    }
)

# The lead is accepted and marked.
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "captcha.unverified": "The captcha could not be checked: its service failed or refuses our secret.",
    }
)


def problem(code: str, field: str = "") -> Problem:
    """The problem `code`, of one field where it is one field's."""
    return Problem(field=field, code=code, message=PROBLEMS[code])


def note(code: str) -> Note:
    return Note(field="", code=code, message=NOTES[code])
