"""What is public is meant to be: listed, existing, documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import types
from pathlib import Path

import pytest

import reporter

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "reporter").rglob("*.py")
    if path.name != "__main__.py"  # importing that runs it
)
# Imported where MLflow is: tests/mlflow asks the same of them.
NEED_MLFLOW = "reporter.adapters.mlflow."
# The names that logging code is written against; more may come, none of these may go.
PROMISED = {
    "active_run",
    "end_run",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_text",
    "search_runs",
    "set_experiment",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "start_run",
}


def test_all_names_what_is_public():
    public = {
        name
        for name in dir(reporter)
        if not name.startswith("_")
        and name != "annotations"
        and not isinstance(getattr(reporter, name), types.ModuleType)
    }
    listed = {name for name in reporter.__all__ if not name.startswith("_")}
    modules = {n for n in listed if isinstance(getattr(reporter, n), types.ModuleType)}
    assert listed - modules | set(reporter._LATE) == public


def test_all_names_each_once_and_holds_what_was_promised():
    assert len(reporter.__all__) == len(set(reporter.__all__))
    assert set(reporter.__all__) >= PROMISED


@pytest.mark.parametrize("name", sorted(reporter.__all__))
def test_public_names_are_documented(name):
    value = getattr(reporter, name)
    if callable(value) or isinstance(value, types.ModuleType):
        assert inspect.getdoc(value)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        reporter.no_such_name  # noqa: B018  # the access is the test


@pytest.mark.parametrize("name", [n for n in MODULES if not n.startswith(NEED_MLFLOW)])
def test_modules_say_why_they_exist_and_what_they_export(name):
    module = importlib.import_module(name)
    assert inspect.getdoc(module), "a module docstring"
    exported = getattr(module, "__all__", ())
    missing = [item for item in exported if not hasattr(module, item)]
    assert not missing


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_that_is_defined_has_a_docstring(name):
    path = ROOT.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, kinds)
        and not node.name.startswith("_")
        and not any(ast.unparse(mark) == "overload" for mark in node.decorator_list)
        and not ast.get_docstring(node)
    ]
    assert not bare


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "reporter" / "py.typed").is_file()
