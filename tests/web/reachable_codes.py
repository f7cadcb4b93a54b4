"""Reads from the code itself which reason codes an entry point can name: its own, and those of all it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from gateway.web.reasons import REASONS

ROOT = Path(__file__).parents[2]
READ = ("gateway/web", "gateway/sources", "gateway/store/caps.py")
# Tables over every kind of source and the handler of every exception lead everywhere; tests name what follows.
NOT_FOLLOWED = frozenset(
    {"gateway.sources.registry:SOURCES", "gateway.web.errors:refusal_of", "gateway.web.reasons:REASONS"}
)


@dataclass
class Piece:
    """One function, method or name of a module: the codes in it, and the pieces it uses."""

    codes: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)  # called on something; whose they are nobody says


def codes_from(*entries: str) -> set[str]:
    """The codes within reach of `module:function` names."""
    pieces, owners = _pieces()
    todo, seen = list(entries), set(NOT_FOLLOWED)
    found: set[str] = set()
    for entry in entries:
        assert entry in pieces, entry
    while todo:
        name = todo.pop()
        if name in seen or name not in pieces:
            continue
        seen.add(name)
        piece = pieces[name]
        found |= piece.codes
        todo += piece.uses
        todo += [owner for method in piece.methods for owner in owners.get(method, ())]
    return found


@cache
def _pieces() -> tuple[dict[str, Piece], dict[str, list[str]]]:
    pieces: dict[str, Piece] = {}
    owners: dict[str, list[str]] = {}
    for path in _files():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if "console" in module:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = _imports(tree) | {name: f"{module}:{name}" for name, _ in _parts(tree)}
        for name, node in _parts(tree):
            pieces[f"{module}:{name}"] = _read(node, names)
            if isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        if method.name == "__init__":
                            pieces[f"{module}:{name}"].uses.add(f"{module}:{name}.__init__")
                        pieces[f"{module}:{name}.{method.name}"] = _read(method, names)
                        owners.setdefault(method.name, []).append(f"{module}:{name}.{method.name}")
    return pieces, owners


def _files() -> Iterator[Path]:
    for place in READ:
        path = ROOT / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _parts(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node


def _imports(tree: ast.Module) -> dict[str, str]:
    """Local name → module, or module:name; which of the two a `from` brings, `_used` tries both."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gateway"):
            for each in node.names:
                found[each.asname or each.name] = f"{node.module}:{each.name}"
    return found


def _read(node: ast.stmt, names: dict[str, str]) -> Piece:
    piece = Piece()
    inner: set[ast.AST] = set()
    if isinstance(node, ast.ClassDef):  # its methods are pieces of their own
        inner = {
            part for method in node.body if isinstance(method, ast.FunctionDef) for part in ast.walk(method)
        }
    for part in ast.walk(node):
        if part in inner:
            continue
        match part:
            case ast.Constant(value=str() as text) if text in REASONS:
                piece.codes.add(text)
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if module in names:
                piece.uses.add(f"{names[module].replace(':', '.')}:{attribute}")
                piece.uses.add(names[module])
            case ast.Attribute(attr=attribute) if attribute != "__init__":  # of super(): not everybody's
                piece.methods.add(attribute)
            case ast.Name(id=name) if name in names:
                piece.uses.add(names[name])
    return piece
