"""What the compare page asks of single runs: values once, and texts once whoever logged them."""

from __future__ import annotations

import json
import re

from reporter.site.details import detail_shards, surroundings
from tests.builders import run_id_of

PACKAGES = "numpy==2.0 scipy==1.14"


CALL = re.compile(rb'reporter\.register\("([^"]+)",(.*)\);\n?', re.DOTALL)


def registered(site) -> dict[str, object]:
    """Read every data file, as the page does."""
    scripts = [data for path, data in site.files.items() if path.startswith("data/")]
    calls = [CALL.fullmatch(data) for data in scripts]
    return {call[1].decode(): json.loads(call[2]) for call in calls if call}


def details_of(site, experiment="7"):
    """Read what the site says of each run."""
    files = registered(site)
    (entry,) = [one for one in files["catalog"]["experiments"] if one["id"] == experiment]
    index = files[entry["details"]] if entry["details"] else {"digits": 0, "files": {}}
    found = {}
    for name in index["files"].values():
        values = files[name]["values"]
        for run_id, record in files[name]["runs"].items():
            read = [[values[place] for place in places] for places in record]
            tags, texts = (dict(zip(own[::2], own[1::2], strict=True)) for own in read)
            found[run_id] = tags, {path: files[text] for path, text in texts.items()}
    return found


def make(memory_store, **more):
    base = {"tags": {"reporter.packages": PACKAGES, "team": "vision"}, "artifacts": {}}
    one = {**base, "artifacts": {"config.yaml": b"lr: 1\n", "big.txt": b"x" * 200_000}}
    two = {**base, "artifacts": {"config.yaml": b"lr: 1\n", "model.bin": b"\0\1"}}
    return memory_store({"one": one, "two": two, **more})


def test_surroundings_and_short_texts_are_there(memory_store, built):
    found = details_of(built(make(memory_store)))
    assert found[run_id_of("one")] == (
        {"reporter.packages": PACKAGES},
        {"config.yaml": "lr: 1\n"},
    )


def test_equal_texts_are_shipped_once(memory_store, built):
    site = built(make(memory_store))
    assert len([path for path in site.files if path.startswith("data/lines-")]) == 1
    assert details_of(site)[run_id_of("two")][1] == {"config.yaml": "lr: 1\n"}


def test_uncommitted_changes_are_a_text_and_no_row(memory_store, built):
    tags = {"mlflow.source.git.diff": "-a\n+b\n", "mlflow.source.git.branch": "main"}
    found = details_of(built(make(memory_store, dirty={"tags": tags})))
    assert found[run_id_of("dirty")] == (
        {"mlflow.source.git.branch": "main"},
        {"uncommitted changes": "-a\n+b\n"},
    )


def test_nothing_known_is_no_file(memory_store, built):
    site = built(memory_store({"plain": {"params": {"lr": "1"}}}))
    assert details_of(site) == {}
    assert not [path for path in site.files if path.startswith("data/details")]


def test_a_second_build_reads_no_text_again(memory_store, built, monkeypatch):
    store = make(memory_store)
    first = built(store)

    def refuse(*_):
        raise AssertionError("a text was read again")

    monkeypatch.setattr("reporter.site.details._write_text", refuse)
    assert details_of(built(store, first)) == details_of(first)


def test_a_hostile_text_is_data_and_no_markup(memory_store, built):
    site = built(make(memory_store, bad={"artifacts": {"a.txt": b"</script><!--"}}))
    assert details_of(site)[run_id_of("bad")][1] == {"a.txt": "</script><!--"}
    texts = [data for path, data in site.files.items() if path.startswith("data/lines-")]
    assert not [data for data in texts if b"</script" in data or b"<!--" in data]


def test_many_runs_are_divided_by_their_ids(memory_store, monkeypatch):
    store = memory_store({f"r{i}": {"tags": {"reporter.python": "3.12"}} for i in range(40)})
    runs = list(store.runs(["7"]))
    monkeypatch.setattr("reporter.site.details.MAX_RUNS_A_FILE", 4)
    digits, shards = detail_shards(runs, {})
    assert digits == 1
    assert sum(len(shard["runs"]) for shard in shards.values()) == 40
    for prefix, shard in shards.items():
        assert shard["values"] == ["reporter.python", "3.12"]
        assert all(run_id.startswith(prefix) for run_id in shard["runs"])


def test_what_an_import_or_a_person_says_is_left_out(memory_store):
    tags = {"team": "x", "reporter.import.source": "y", "reporter.python": "3.12"}
    (run,) = memory_store({"one": {"tags": tags}}).runs(["7"])
    assert surroundings(run) == {"reporter.python": "3.12"}
