"""The parameters as PHP would see them: from query and form; the query wins, and the last of a name."""

from __future__ import annotations

from flask import Request
from werkzeug.datastructures import MultiDict


def read_parameters(request: Request) -> dict[str, str]:
    """Reads the whole body, whatever it is: the rest would look like the connection's next request."""
    parameters: dict[str, str] = {}
    if request.method == "POST":
        _take(request.form, parameters)
    request.get_data(cache=False)
    _take(request.args, parameters)
    return parameters


def _take(values: MultiDict[str, str], into: dict[str, str]) -> None:
    for name, given in values.lists():
        into[name] = given[-1]
