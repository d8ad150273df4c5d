"""Nothing of who and where comes through an anonymised build, in whatever file it was."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image, PngImagePlugin

from reporter.events import DatasetsLogged, RunStarted
from reporter.model import Dataset, DatasetInput
from reporter.publish.anonymise import AnonymousReader
from reporter.publish.identities import Identities, Replacer, collect
from reporter.publish.identity_bytes import holds_any, without_metadata
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput, MemoryOutput
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_id_of

PERSON, HOST, PLACE = "mkowalska", "gpu-node-07.cs.uni-example.edu", "Example Institute"
TRACES = [PERSON, "gpu-node-07", PLACE, "kowalska-lab", "secret-project", "4f3c2b1a0987"]


def picture(kind: str) -> bytes:
    """A picture whose metadata name its author."""
    out = io.BytesIO()
    image = Image.new("RGB", (8, 8), "red")
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Author", PERSON)
        image.save(out, "PNG", pnginfo=info)
    else:
        exif = Image.Exif()
        exif[0x013B] = PERSON
        image.save(out, "JPEG", exif=exif, comment=PERSON.encode())
    return out.getvalue()


def packed(kind: str, text: str) -> bytes:
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.txt", text)
    elif kind == "gz":
        out.write(gzip.compress(text.encode()))
    else:
        pd.DataFrame({"x": [text] * 3, "n": [1, 2, 3]}).to_parquet(out)
    return out.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = make_store(tmp_path / "secret-project", {"7": f"{PERSON}s digits at {PLACE}"})
    home = f"/home/{PERSON}/secret-project"
    make_run(
        path,
        f"{PERSON} try 1",
        experiment_id="7",
        params={"lr": "0.1", "data_dir": f"{home}/data", "out": f"C:\\Users\\{PERSON}\\out.txt"},
        tags={
            "mlflow.user": PERSON,
            "reporter.host": HOST,
            "mlflow.source.name": f"{home}/train.py",
            "mlflow.source.git.repoURL": "git@github.com:kowalska-lab/secret-project.git",
            "mlflow.source.git.commit": "4f3c2b1a0987" + "0" * 28,
            "mlflow.note.content": f"Ask {PERSON}@cs.uni-example.edu or {PLACE}.",
            "reporter.error": f'File "{home}/train.py", line 3\n  File "/usr/lib/python3.11/'
            'site-packages/torch/nn.py", line 9\nValueError: bad',
        },
        metrics={"loss": [3.0, 2.0]},
        artifacts={
            f"{PERSON}.log": f"started by {PERSON.upper()} on {HOST}\n".encode(),
            "config.json": json.dumps({"root": home, "lr": 0.1}).encode(),
            "notebook.ipynb": json.dumps({"cells": [], "metadata": {"authors": [PERSON]}}).encode(),
            "photo.png": picture("PNG"),
            "photo.jpg": picture("JPEG"),
            "model.pkl": b"\x80\x04\x95" + home.encode() + b"\0",
            "named.zip": packed("zip", PERSON),
            "named.gz": packed("gz", PERSON),
            "named.parquet": packed("parquet", PERSON),
            "clean.parquet": packed("parquet", "nobody"),
            "clean.zip": packed("zip", "nobody"),
        },
    )
    data = Dataset(name="digits", source=f"{home}/digits.csv", digest="1")
    writer = FolderWriter(path, "7", run_id_of(f"{PERSON} try 1"), now_ms=lambda: START_MS)
    writer.append(DatasetsLogged(at_ms=START_MS, inputs=(DatasetInput(dataset=data),)))
    live = FolderWriter(path, "7", run_id_of("live"), now_ms=lambda: START_MS)
    live.append(
        RunStarted(at_ms=START_MS, run_id=run_id_of("live"), experiment_id="7", user_id=PERSON)
    )
    return path


def everything(path: str, data: bytes) -> bytes:
    """A file of the site, its name, and what is packed in it."""
    unpacked = [data, path.encode()]
    if data.startswith(b"PAR1"):
        unpacked.append(pd.read_parquet(io.BytesIO(data)).to_csv().encode())
    unpacked += map(base64.b64decode, re.findall(rb'"b":"([A-Za-z0-9+/=]+)"', data))
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked += [archive.read(name) for name in archive.namelist()]
    return b"\n".join(unpacked).lower()


def leaks(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (path, trace)
        for path, data in files.items()
        for trace in TRACES
        if trace.lower().encode() in everything(path, data)
    ]


def test_no_trace_is_in_the_site(store: str) -> None:
    plain, hidden = MemoryOutput(), MemoryOutput()
    build(open_store(store), plain)
    assert len(leaks(plain.files)) > 20
    build(AnonymousReader(open_store(store), [PLACE, "secret-project"]), hidden)
    assert leaks(hidden.files) == []


def test_what_tells_nothing_stays(store: str) -> None:
    reader = AnonymousReader(open_store(store), [PLACE])
    run = reader.run(run_id_of(f"{PERSON} try 1"))
    assert run.data.params == {"lr": "0.1", "data_dir": "…/data", "out": "…/out.txt"}
    assert run.info.run_name == "user-1 try 1"
    assert run.data.tags["mlflow.user"] == "user-1"
    assert run.data.tags["reporter.host"] == "host-1"
    assert run.data.tags["mlflow.note.content"] == "Ask anonymous@example.org or hidden."
    assert "…/lib/python3.11/site-packages/torch/nn.py" in run.data.tags["reporter.error"]
    assert "line 3\n" in run.data.tags["reporter.error"]
    shown = [artifact.path for _, artifact in reader.artifacts([run.info.run_id])]
    assert shown == ["clean.parquet", "clean.zip", "config.json", "user-1.log", "notebook.ipynb",
                     "photo.jpg", "photo.png"]  # fmt: skip
    left_out = {problem.where.split("/")[-1] for problem in run.problems}
    assert left_out == {"model.pkl", "named.zip", "named.gz", "named.parquet"}
    with reader.open_artifact(run.info.run_id, "config.json") as file:
        assert json.load(file) == {"root": "…/secret-project", "lr": 0.1}


def test_sizes_and_digests_are_those_of_what_is_shown(store: str) -> None:
    reader = AnonymousReader(open_store(store))
    for run_id, artifact in reader.artifacts([run_id_of(f"{PERSON} try 1")]):
        with reader.open_artifact(run_id, artifact.path) as file:
            assert len(file.read()) == artifact.size_bytes
    with pytest.raises(FileNotFoundError):
        reader.open_artifact(run_id_of(f"{PERSON} try 1"), "model.pkl")


def test_a_site_that_named_people_is_cleaned_by_the_next_build(
    store: str, tmp_path: Path, report: Callable[..., object]
) -> None:
    site = tmp_path / "site"
    build(open_store(store), FolderOutput(str(site)))
    told = report("build", store, "-o", str(site), "--anonymise", "--hide", PLACE,
                  "--hide", "secret-project")  # fmt: skip
    assert told.returncode == 0, told.stderr
    files = {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    assert leaks(files) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loss 1/2 and/or a/b/c", "loss 1/2 and/or a/b/c"),
        ("https://docs.example.org/a/b/c.html", "https://docs.example.org/a/b/c.html"),
        ("see /data/raw/x.csv, ok", "see …/x.csv, ok"),
        ("('/opt/conda/bin/python',)", "('…/python',)"),
        ("file:///mnt/x/y.txt", "…/y.txt"),
        ("D:\\\\work\\\\a.py", "…/a.py"),
        ("git clone https://git.example.org/x/y.git now", "git clone repository now"),
        ("maria and ana", "user-1 and ana"),
        ("marianne amaria maria_x", "marianne amaria user-1_x"),
        ("Maria's", "user-1's"),
        ("", ""),
    ],
)
def test_texts(text: str, expected: str) -> None:
    known = Identities()
    known.add_user("maria")
    assert Replacer(known).text(text) == expected


def test_everybodys_names_stay_words() -> None:
    known = Identities()
    for name in ("root", "ml", "test"):
        known.add_user(name)
    assert Replacer(known).text("the root of ml is a test") == "the root of ml is a test"
    assert Replacer(collect([])).text("nobody") == "nobody"


def test_pictures_stay_pictures() -> None:
    for kind in ("PNG", "JPEG"):
        bare = without_metadata(picture(kind))
        assert PERSON.encode() not in bare
        assert Image.open(io.BytesIO(bare)).getpixel((4, 4))[0] > 200
    assert without_metadata(b"no picture") == b"no picture"
    assert without_metadata(picture("PNG")[:60])


def test_what_cannot_be_looked_at_is_not_believed() -> None:
    assert holds_any(b"PK\x03\x04 broken", [b"x"])
    assert holds_any(b"\x1f\x8b broken", [b"zzz"])
    assert holds_any(b"PAR1 broken", [b"zzz"])
    assert holds_any("Ana".encode("utf-16-le"), Replacer(_known("ana")).needles())
    assert not holds_any(b"plain", [b"zzz"])


def _known(name: str) -> Identities:
    known = Identities()
    known.add_user(name)
    return known
