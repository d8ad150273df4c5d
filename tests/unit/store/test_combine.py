"""Merging onto a disk that fills up: one sentence, nothing half-written, and later it goes on."""

from __future__ import annotations

import errno
import math
import os
import shutil

import numpy as np
import pytest

from reporter.errors import StoreError
from reporter.importers import import_sources
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.combine import merge_stores
from reporter.store.reader import open_store
from reporter.store.verify import verify_store
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


@pytest.mark.parametrize("status", ["FINISHED", None])
@pytest.mark.parametrize("is_copy_first", [True, False])
def test_a_run_and_its_copy_out_of_a_site_are_one(tmp_path, status, is_copy_first):
    source = make_store(tmp_path / "logged")
    losses = [3.0, 2.0, 2.0, math.nan]
    make_run(source, "a", metrics={"loss": losses}, params={"lr": "1"}, status=status)
    build(open_store(source), FolderOutput(str(tmp_path / "site")))
    copy, target = str(tmp_path / "copy"), str(tmp_path / "to")
    import_sources([str(tmp_path / "site")], copy)
    order = [copy, source] if is_copy_first else [source, copy]
    for _ in range(2):
        assert not merge_stores([*order, *order], target).problems
        (run,) = open_store(target).runs()
        (series,) = open_store(target).history([run.info.run_id])
        assert series.values.tobytes() == np.array(losses).tobytes()
        assert (run.data.params, run.info.status) == ({"lr": "1"}, status or "RUNNING")
        assert not list(verify_store(target))
