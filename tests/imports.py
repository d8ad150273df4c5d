"""Read what modules import, at the top or inside functions; imports for types do not count."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Import(NamedTuple):
    where: str
    layer: str
    target: str
    is_late: bool


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports_of(tree: ast.AST, package: list[str], *, late: bool = False):
    """Yield (absolute module name, whether inside a function), imports for types left out."""
    for node in ast.iter_child_nodes(tree):
        if is_for_types(node):
            continue
        inside = late or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.Import):
            yield from ((alias.name, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*parts, *filter(None, [node.module])])
            # `from reporter.site import links` names a module, `from reporter.errors import X` not
            yield from ((f"{name}.{alias.name}", late) for alias in node.names)
        else:
            yield from imports_of(node, package, late=inside)


def find_imports(package: Path) -> list[Import]:
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = list(path.relative_to(package.parent).with_suffix("").parts)
        layer = parts[1]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        where = path.relative_to(package.parent).as_posix()
        found += [Import(where, layer, *item) for item in imports_of(tree, parts[:-1])]
    return found
