"""Folders as writers other than that of the fixtures make them."""

from __future__ import annotations

import pytest

from reporter.importers.event_folders import find_runs, scalars_key
from tests.unit.importers.proto import field
from tests.unit.importers.test_tfevents import event, single, summary


@pytest.fixture
def make(tmp_path):
    def make_folders(**tags: str) -> list:
        for path, tag in tags.items():
            folder = tmp_path / path.replace("__", "/")
            folder.mkdir(parents=True, exist_ok=True)
            plugin = "hparams" if tag == "_hparams_" else ""
            content = field(3, b"") if plugin else b""
            data = event(0, summary(tag, single(2, 1.0), plugin=plugin, content=content))
            if plugin:
                data = event(0, summary(tag, plugin=plugin, content=content))
            (folder / "events.out.tfevents.1").write_bytes(data)
        return [
            (run.path, [folder.path for folder in run.folders]) for run in find_runs(str(tmp_path))
        ]

    return make_folders


def test_runs_in_folders_around_each_other_stay_runs(make):
    assert make(a="loss", a__b="loss") == [("a", ["a"]), ("a/b", ["a/b"])]


def test_lines_of_add_scalars_belong_to_their_run(make):
    found = make(run="x", run__loss_train="loss", run__deep_loss_val="deep/loss")
    assert found == [("run", ["run", "run/deep_loss_val", "run/loss_train"])]


def test_phases_beside_each_other_are_one_run(make):
    assert make(r__train="epoch_loss", r__validation="epoch_loss") == [
        ("r", ["r/train", "r/validation"])
    ]


def test_an_evaluation_inside_a_run_belongs_to_it(make):
    assert make(r="loss", r__eval="loss") == [("r", ["r", "r/eval"])]


def test_one_session_belongs_to_its_run_and_several_are_runs(make):
    assert make(r="loss", r__1="_hparams_") == [("r", ["r", "r/1"])]
    found = make(s="loss", s__1="_hparams_", s__2="_hparams_")
    assert found[1:] == [("s", ["s"]), ("s/1", ["s/1"]), ("s/2", ["s/2"])]


@pytest.mark.parametrize(
    ("inside", "tag", "key"),
    [
        ("both/a", "both", "both/a"),
        ("loss_train", "loss", "loss/train"),
        ("a_loss_train", "a/loss", "a/loss/train"),
        ("eval", "loss", None),
    ],
)
def test_names_of_lines(inside, tag, key):
    assert scalars_key(inside, tag) == key
