"""Imports go to the left only, heavy libraries enter late, and functions stay small."""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

import pytest

from tests.imports import FUNCTIONS, Import, find_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "reporter"

MODEL = {"errors", "model", "events", "mediatypes", "config"}
MODEL |= {"image_names", "plain_yaml", "plugins"}
SIDES = {"importers", "charts", "renderers"}
# Layer: what it may import besides itself.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "model": {"errors"},
    "events": {"errors", "model"},
    "mediatypes": {"errors", "model", "events"},
    "config": {"errors", "model", "events", "mediatypes"},
    "plain_yaml": set(),
    "plugins": set(),
    "image_names": set(),
    "chart_functions": {"errors"},
    "statistics": set(),
    "store": MODEL,
    "search": MODEL | {"store"},
    "tracking": MODEL | {"store", "search"},
    "importers": MODEL | {"store", "search"},
    "charts": MODEL | {"store", "search"},
    # A logged Altair figure is compiled and drawn as the site's own charts are.
    "renderers": MODEL | {"store", "search", "charts"},
    "site": MODEL | {"store", "search", "chart_functions", "statistics"} | SIDES,
    "publish": MODEL | {"store", "search", "site", "statistics"} | SIDES,
    "integrations": MODEL | {"tracking"},
    "adapters": MODEL | {"store", "search"},
    "exports": MODEL | {"store", "search"},
    "cli": MODEL | {"store", "search", "tracking", "site", "publish", "exports"} | SIDES,
    # The front door of the logging API: it names what tracking offers and no page ever.
    "__init__": MODEL | {"store", "search", "tracking", "integrations"},
    "artifacts": MODEL | {"store", "tracking"},
    "client": MODEL | {"tracking"},
    "entities": MODEL | {"tracking"},
    "exceptions": MODEL,
    "data": MODEL | {"tracking"},
    "keras": MODEL | {"integrations"},
    "lightgbm": MODEL | {"integrations"},
    "models": MODEL | {"integrations"},
    # Where logging and pages meet in one process: a notebook.
    "notebook": MODEL | {"store", "tracking", "publish"},
    "pytorch": MODEL | {"integrations"},
    "sklearn": MODEL | {"integrations"},
    "xgboost": MODEL | {"integrations"},
}
# Modules that change a store: a build must not be able to.
WRITING = {
    "reporter.store.compact",
    "reporter.store.journal",
    "reporter.store.memory",
    "reporter.store.writer",
}

# Third-party libraries that a layer may import at the top of a module, and those it may import
# inside a function besides. A layer that is not named imports none.
AT_TOP: dict[str, set[str]] = {
    "adapters": {"mlflow"},
    "charts": {"altair", "numpy", "pandas"},
    "importers": {"numpy"},
    "renderers": {"markupsafe", "numpy"},
    "site": {"jinja2", "markupsafe", "numpy", "pandas"},
    "statistics": {"numpy"},
    "publish": {"jinja2", "markupsafe", "numpy"},
    "cli": {"click"},
}
INSIDE: dict[str, set[str]] = {
    "plain_yaml": {"yaml"},
    "config": {"tomli", "tomllib"},  # one parser, in the standard library since Python 3.11
    "store": {"fsspec", "numpy", "pandas", "pyarrow"},
    "search": {"numpy", "pandas", "pyarrow"},
    "exports": {"numpy", "pandas", "pyarrow", "yaml"},
    "tracking": {"numpy", "pandas", "PIL", "psutil", "pynvml", "yaml"},
    "importers": {"numpy", "pandas", "pyarrow"},
    "charts": {"vl_convert"},
    "renderers": {
        *(
            "altair",
            "google",
            "markdown_it",
            "nh3",
            "onnx",
            "openpyxl",
            "pandas",
            "PIL",
            "pyarrow",
            "pygments",
        ),
        *("soundfile", "tomli", "vl_convert", "yaml"),
    },
    "site": {"altair", "markdown_it", "nh3", "pyarrow", "pygments", "sklearn", "vl_convert"},
    "publish": {"pandas", "pyarrow", "scipy"},
    "statistics": {"scipy"},
    "artifacts": {"PIL"},
    "__init__": set(),
}
# Folders whose whole purpose is one other library each: it is imported inside functions.
FREE = {"integrations", "adapters", "importers"}


def layer_of(target: str) -> str | None:
    parts = target.split(".")
    if parts[0] != "reporter":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in ALLOWED else "__init__"


def upward(imports: list[Import]) -> list[str]:
    return [
        f"{item.where} imports {item.target}"
        for item in imports
        if (to := layer_of(item.target))
        and to not in {item.layer, "__init__"}
        and to not in ALLOWED.get(item.layer, set())
    ]


def third_party(imports: list[Import]) -> list[str]:
    wrong = []
    for item in imports:
        library = item.target.split(".")[0]
        if library == "reporter" or library in sys.stdlib_module_names:
            continue
        allowed = set(AT_TOP.get(item.layer, ()))
        if item.is_late:
            allowed |= INSIDE.get(item.layer, set())
        if library not in allowed and not (item.is_late and item.layer in FREE):
            place = "inside a function" if item.is_late else "at the top"
            wrong.append(f"{item.where} imports {library} {place}")
    return wrong


IMPORTS = find_imports(PACKAGE)


def test_every_module_belongs_to_a_layer():
    assert {item.layer for item in IMPORTS} <= set(ALLOWED)


def test_imports_go_to_the_left():
    assert not upward(IMPORTS)


def test_third_party_libraries_enter_where_they_may():
    assert not third_party(IMPORTS)


def test_tracking_and_site_meet_only_on_disk():
    crossing = [
        item
        for item in IMPORTS
        if (
            item.layer in {"tracking", "search", "store", "__init__"}
            and layer_of(item.target) in {"site", "publish"}
        )
        or (item.layer in {"site", "publish"} and layer_of(item.target) == "tracking")
    ]
    assert not crossing


def test_a_build_cannot_change_a_store():
    readers = {"site", "publish", "charts", "renderers"}
    touching = [
        item
        for item in IMPORTS
        if item.layer in readers
        and any(item.target == name or item.target.startswith(name + ".") for name in WRITING)
    ]
    assert not touching


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("store", "from reporter.site import links"),
        ("store", "from ..site.links import run_page"),
        ("tracking", "def f():\n    import reporter.site.build"),
        ("model", "import pyarrow"),
        ("tracking", "try:\n    import pandas\nexcept ImportError:\n    pass"),
        ("tracking", "def f():\n    import matplotlib.pyplot as plt"),
    ],
)
def test_the_check_itself_finds_what_is_wrong(tmp_path, folder, line):
    module = tmp_path / "reporter" / folder / "wrong.py"
    module.parent.mkdir(parents=True)
    module.write_text(line, encoding="utf-8")
    found = find_imports(tmp_path / "reporter")
    assert upward(found) or third_party(found)


def function_lengths(package: Path) -> dict[str, int]:
    """Count each function's lines, its docstring left out."""
    lengths = {}
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, FUNCTIONS):
                name = f"{path.relative_to(package)}:{node.lineno} {node.name}"
                lengths[name] = own_lines(node)
    return lengths


def own_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of signature and body; a function inside counts for itself alone."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    signature = node.body[0].lineno - node.lineno
    if not body:
        return signature or 1
    inner = [item for item in ast.walk(node) if isinstance(item, FUNCTIONS) and item is not node]
    taken = {line for item in inner for line in range(first_line(item), (item.end_lineno or 0) + 1)}
    lines = set(range(body[0].lineno, (body[-1].end_lineno or 0) + 1)) - taken
    return signature + len(lines)


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(item.lineno for item in node.decorator_list)])


def test_functions_stay_small():
    lengths = function_lengths(PACKAGE)
    values = sorted(lengths.values())
    longest = {name: length for name, length in lengths.items() if length > 80}
    assert not longest
    assert statistics.median(values) <= 7
    assert statistics.quantiles(values, n=20)[-1] <= 35


def code_lines(path: Path) -> int:
    """Count lines that are neither blank nor a docstring nor a comment."""
    text = path.read_text(encoding="utf-8")
    prose = set()
    for node in ast.walk(ast.parse(text)):
        value = getattr(node, "value", None) if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            prose.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        1
        for number, line in enumerate(text.splitlines(), start=1)
        if number not in prose and line.strip() and not line.lstrip().startswith("#")
    )


def test_modules_stay_readable():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := code_lines(path)) > 450
    }
    assert not long
