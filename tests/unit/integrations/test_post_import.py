from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys

import pytest

from reporter.integrations import post_import


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A module that can be imported and is not yet."""
    (tmp_path / "thing_for_a_test.py").write_text("VALUE = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield "thing_for_a_test"
    sys.modules.pop("thing_for_a_test", None)
    post_import._pending.clear()


def test_the_action_waits_for_the_import_and_sees_a_whole_module(package):
    seen = []
    post_import.when_imported(package, lambda module: seen.append(module.VALUE))
    assert seen == []
    module = importlib.import_module(package)
    assert seen == [1]
    importlib.reload(module)
    assert seen == [1]


def test_an_imported_module_is_acted_on_at_once(package):
    importlib.import_module(package)
    seen = []
    post_import.when_imported(package, seen.append)
    assert [module.__name__ for module in seen] == [package]


def test_to_be_looked_for_is_not_to_be_imported(package):
    seen = []
    post_import.when_imported(package, seen.append)
    assert importlib.util.find_spec(package) is not None
    assert seen == []
    importlib.import_module(package)
    assert len(seen) == 1


def test_the_module_looks_as_always_afterwards(package):
    post_import.when_imported(package, lambda module: None)
    module = importlib.import_module(package)
    assert inspect.getsource(module) == "VALUE = 1\n"
    assert not isinstance(module.__loader__, post_import._Loader)


def test_a_module_that_is_not_installed_stays_missing(package):
    post_import.when_imported("not_installed_at_all", lambda module: None)
    with pytest.raises(ModuleNotFoundError, match="not_installed_at_all"):
        importlib.import_module("not_installed_at_all")


def test_autolog_imports_no_framework(run_python):
    code = (
        "import sys, reporter; reporter.autolog(); "
        "print([n for n in ('sklearn', 'xgboost', 'lightgbm', 'numpy') if n in sys.modules])"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
