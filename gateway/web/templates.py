"""Finds the templates: beside the package in the source tree, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemLoader


def loader() -> FileSystemLoader:
    package = Path(__file__).resolve().parent.parent
    places = (package / "templates", package.parent / "templates")
    return FileSystemLoader([place for place in places if place.is_dir()])


def place_of(folder: str) -> Path:
    """One folder of the templates: inside an installed package, beside the package in the source tree."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates" / folder
    return inside if inside.is_dir() else package.parent / "templates" / folder
