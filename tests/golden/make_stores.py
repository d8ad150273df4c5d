"""Write the stores of the golden cases anew: ``python tests/golden/make_stores.py``.

Clock, ids and names are fixed; only the names of journals that the Parquet footers remember differ
from one time to the next. Needed when a case is added; stores of old versions stay as they are.
"""

from __future__ import annotations

import json
import math
import shutil
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from reporter.events import (  # noqa: E402  # after the checkout is on the path
    ArtifactLogged,
    Event,
    ExperimentCreated,
    LifecycleChanged,
    MetricDefined,
    MetricsLogged,
    ParamsLogged,
    RunEnded,
    RunStarted,
    TagsSet,
    from_line,
    to_line,
)
from reporter.model import Artifact, MetricDefinition  # noqa: E402
from reporter.store.layout import create_store  # noqa: E402
from reporter.store.writer import FolderWriter  # noqa: E402

START_MS = 1_763_000_000_000  # 13 November 2025, 02:13:20 UTC


def png(width: int, height: int, shade: Callable[[int, int], int]) -> bytes:
    """Encode a grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    rows = (bytes([0, *(shade(x, y) for x in range(width))]) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def add_experiment(store: Path, experiment_id: str, name: str, *more: Event) -> None:
    folder = store / experiment_id
    folder.mkdir(parents=True)
    created = ExperimentCreated(at_ms=START_MS, experiment_id=experiment_id, name=name)
    lines = b"".join(to_line(event) for event in (created, *more))
    (folder / "experiment-golden.jsonl").write_bytes(lines)


def add_run(
    store: Path,
    experiment_id: str,
    number: int,
    name: str,
    *,
    params: dict[str, str] | None = None,
    metrics: dict[str, list[float]] | None = None,
    tags: dict[str, str] | None = None,
    files: dict[str, tuple[bytes, str]] | None = None,
    more: tuple[Event, ...] = (),
    status: str = "FINISHED",
) -> Path:
    """Log a run that began `number` hours after the start; an empty status never ends it."""
    run_id = f"{number:02x}" * 16
    start_ms = START_MS + number * 3_600_000
    writer = FolderWriter(
        str(store), experiment_id, run_id, now_ms=lambda: start_ms, durability="process"
    )
    started = RunStarted(
        at_ms=start_ms,
        run_id=run_id,
        experiment_id=experiment_id,
        run_name=name,
        user_id="ana",
        start_time=start_ms,
    )
    writer.append(started, ParamsLogged(at_ms=start_ms, params=params or {}))
    writer.append(TagsSet(at_ms=start_ms, tags=tags or {}), *more)
    n_points = 0
    for key, values in (metrics or {}).items():
        steps = list(range(len(values)))
        times = [start_ms + 2_000 * step for step in steps]
        writer.append(
            MetricsLogged(at_ms=start_ms, key=key, values=values, steps=steps, timestamps_ms=times)
        )
        n_points = max(n_points, len(values))
    for path, (data, media_type) in (files or {}).items():
        size_bytes, sha256 = writer.put_artifact(path, data)
        artifact = Artifact(path=path, size_bytes=size_bytes, media_type=media_type, sha256=sha256)
        writer.append(ArtifactLogged(at_ms=start_ms, artifact=artifact))
    if status:
        end_ms = start_ms + 2_000 * n_points
        writer.append(RunEnded(at_ms=end_ms, status=status, end_time=end_ms))
    writer.close()
    folder = store / experiment_id / run_id
    if status:
        writer.compact()
    else:
        leave_as_if_killed(folder)
    return folder


def leave_as_if_killed(folder: Path) -> None:
    """Give journals fixed names, drop who wrote them and the close, and tear the last point."""
    for journal in [*folder.glob("events-*.jsonl")]:
        events = [from_line(line) for line in journal.read_bytes().splitlines()]
        kept = [event for event in events if event and not event.type.startswith("writer_")]
        journal.unlink()
        (folder / "events-golden.jsonl").write_bytes(b"".join(map(to_line, kept)))
    for journal in [*folder.glob("metrics-*.bin")]:
        points = journal.read_bytes()
        journal.unlink()
        (folder / "metrics-golden.bin").write_bytes(points[:-9])


def make_empty(store: Path) -> None:
    create_store(str(store))


def make_one_experiment(store: Path) -> None:
    """Ended runs with everything a page shows, and names that try to break out of it."""
    create_store(str(store))
    note = TagsSet(
        at_ms=START_MS,
        tags={"mlflow.note.content": "What **worked**.\n\n<script>alert(1)</script>"},
    )
    add_experiment(store, "41", "</script><b>bold & 日本語", note)
    define = MetricDefined(
        at_ms=START_MS,
        definition=MetricDefinition(key="loss", direction="min", description="cross entropy"),
    )
    picture = png(24, 16, lambda x, y: (x * 10 + y * 3) % 256)
    add_run(
        store,
        "41",
        1,
        "first",
        params={"lr": "0.1", "model": "mlp", "empty": ""},
        metrics={"loss": [1.0, 0.5, 0.25, 0.125], "accuracy": [0.75]},
        tags={
            "team": "blue",
            "mlflow.source.git.commit": "0123456789abcdef0123456789abcdef01234567",
        },
        files={
            "figures/wave.png": (picture, "image/png"),
            "notes/read me.md": (b"# Title\n\nSome *text*.\n", "text/markdown"),
            "settings.json": (json.dumps({"depth": 3}).encode(), "application/json"),
            "evil.html": (b"<script>parent.document.title = 'broken'</script>", "text/html"),
            "weights.bin": (bytes(range(256)), "application/octet-stream"),
        },
        more=(define,),
    )
    add_run(
        store,
        "41",
        2,
        '"><img src=x onerror=alert(1)>',
        params={"lr": "1e-3", "model": "</script>", "empty": ""},
        metrics={"loss": [0.5, math.nan, math.inf, 0.375], "accuracy": [0.5]},
        tags={"team": "\u202etxet"},
    )
    add_run(
        store,
        "41",
        3,
        "failed early",
        params={"lr": "10", "model": "mlp"},
        metrics={"loss": [3.0, 1e12]},
        status="FAILED",
    )


def make_nested_and_torn(store: Path) -> None:
    """Two experiments: a parent with children, a killed process, a deleted run."""
    create_store(str(store))
    add_experiment(store, "7", "folds")
    add_experiment(store, "8", "crashes")
    parent = "04" * 16
    add_run(store, "7", 4, "all folds", params={"folds": "2"}, metrics={"score": [0.8125]})
    for fold, score in enumerate((0.75, 0.875)):
        add_run(
            store,
            "7",
            5 + fold,
            f"fold {fold}",
            params={"fold": str(fold)},
            metrics={"score": [score]},
            tags={"mlflow.parentRunId": parent},
        )
    add_run(store, "8", 7, "shot", metrics={"loss": [1.0, 0.5, 0.25]}, status="")
    deleted = LifecycleChanged(at_ms=START_MS, lifecycle_stage="deleted")
    add_run(store, "8", 8, "deleted", metrics={"loss": [9.0]}, more=(deleted,), status="KILLED")


CASES = {
    "empty": make_empty,
    "nested_and_torn": make_nested_and_torn,
    "one_experiment": make_one_experiment,
}


def main() -> None:
    for name, make in CASES.items():
        store = HERE / name / "store"
        shutil.rmtree(store, ignore_errors=True)
        store.parent.mkdir(exist_ok=True)
        make(store)


if __name__ == "__main__":
    main()
