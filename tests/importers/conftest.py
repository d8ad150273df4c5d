"""What each tool's tests start from: its fixture, imported once for all tests of a module.

Imports that are read in place go through a cache, which must not be the user's.
"""

from __future__ import annotations

import pytest

from reporter.importers import ImportResult, import_sources
from reporter.store.ports import StoreReader
from reporter.store.reader import open_store
from tests.importers.truth import Fixture, get_fixture


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Fixture:
    """The fixture that the module names as FIXTURE."""
    return get_fixture(request.module.FIXTURE, tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def result(source: Fixture, tmp_path_factory: pytest.TempPathFactory) -> ImportResult:
    """What importing it told."""
    return import_sources([str(source.folder)], str(tmp_path_factory.mktemp("store") / "runs"))


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest, result: ImportResult) -> StoreReader:
    """The store that it was imported into, with no problems but what the module expects."""
    expected = getattr(request.module, "PROBLEMS", set())
    assert {problem.what for problem in result.problems} <= expected
    return open_store(result.store)
