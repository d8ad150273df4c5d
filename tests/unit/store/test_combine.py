"""Merging onto a disk that fills up: one sentence, nothing half-written, and later it goes on."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from reporter.errors import StoreError
from reporter.store.combine import merge_stores
from reporter.store.reader import open_store
from tests.builders import make_run, make_store


def test_a_full_disk_stops_a_merge_that_goes_on_later(tmp_path, monkeypatch):
    source, target = make_store(tmp_path / "from", {"1": "one"}), str(tmp_path / "to")
    make_run(source, "a", experiment_id="1", artifacts={"a.txt": b"a"}, metrics={"loss": [1.0]})
    make_run(source, "b", experiment_id="1", artifacts={"b.txt": b"b"}, metrics={"loss": [2.0]})
    copy = shutil.copy2

    def refuse(here, there):
        if os.path.basename(here) == "b.txt":
            with open(there, "wb"):
                raise OSError(errno.ENOSPC, "No space left on device", here)
        copy(here, there)

    with monkeypatch.context() as full:
        full.setattr(shutil, "copy2", refuse)
        with pytest.raises(StoreError, match=r"The merge into '.*to' stopped: No space.*go on\."):
            merge_stores([str(source)], target)
    left = [name for _, _, names in os.walk(target) for name in names]
    assert not [name for name in left if name.startswith(".tmp-")]
    assert not merge_stores([str(source)], target).problems
    runs = {run.info.run_name: run for run in open_store(target).runs()}
    assert {name: run.data.metrics["loss"] for name, run in runs.items()} == {"a": 1.0, "b": 2.0}
    assert [item.path for item in runs["b"].artifacts] == ["b.txt"]
