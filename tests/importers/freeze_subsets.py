"""Make ``stores/<name>.zip`` out of the whole set of other tools' stores.

    python tests/importers/freeze_subsets.py FOLDER [NAME ...]

FOLDER holds the whole set. Of the MLflow stores everything is kept but the two experiments that
are large: the sweep with its long series and the zoo of artifacts. From MLflow's databases their
rows are deleted, and nothing else is changed. Other stores are kept as they are, when they are
named in ``WHOLE``.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "stores"
MLFLOW_FILES = ("mlflow_1.8_file", "mlflow_1.30_file", "mlflow_2_file", "mlflow_3_file")
MLFLOW_DATABASES = ("mlflow_3_sqlite", "mlflow_3_server")
WHOLE = ("tensorboard", "wandb_offline", "dvclive", "trackio", "csv_logs", "aim")
LARGE = ("churn sweep", "artifacts ")
# Not part of a store: what the links of a planted copy would lead to.
OUTSIDE = ("outside_secret.txt", "outside_dir", "refused.txt", "truth.json")
# The oldest time that a zip file can hold: equal bytes, whenever they are written.
EPOCH = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    source, *names = sys.argv[1:]
    for name in names or (*MLFLOW_FILES, *MLFLOW_DATABASES, *WHOLE):
        folder = Path(source) / name
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        left_out: set[str] = set()
        if name in (*MLFLOW_FILES, *MLFLOW_DATABASES):
            truth, left_out = trim(truth)
        write(folder, TARGET / f"{name}.zip", truth, left_out)


def trim(truth: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Leave the large experiments out; returns the truth without them and their ids."""
    large = {e["name"]: e["experiment_id"] for e in truth["experiments"] if is_large(e["name"])}
    kept = {
        "peer": truth["peer"],
        "experiments": [e for e in truth["experiments"] if e["name"] not in large],
        "runs": [run for run in truth["runs"] if run["experiment"] not in large],
    }
    return kept, set(large.values())


def is_large(name: str) -> bool:
    return name.startswith(LARGE)


def write(folder: Path, archive: Path, truth: dict[str, Any], left_out: set[str]) -> None:
    archive.parent.mkdir(exist_ok=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for path in files:
            parts = path.relative_to(folder).parts
            if parts[0] not in OUTSIDE and not left_out.intersection(parts):
                is_database = path.name == "mlflow.db"
                data = without_rows(path, left_out) if is_database else path.read_bytes()
                add(target, "/".join(parts), data)
        text = json.dumps(truth, ensure_ascii=False, indent=1, sort_keys=True)
        add(target, "truth.json", text.encode())
    print(f"{archive}: {archive.stat().st_size:,} bytes")


def without_rows(database: Path, experiments: set[str]) -> bytes:
    """Return a database without the runs of some experiments."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        copy.write_bytes(database.read_bytes())
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            for experiment in experiments:
                runs = "(SELECT run_uuid FROM runs WHERE experiment_id = ?)"
                for table in ("metrics", "latest_metrics", "params", "tags"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE run_uuid IN {runs}", (experiment,)
                    )
                for table in ("experiment_tags", "runs", "experiments"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE experiment_id = ?", (experiment,)
                    )
            connection.execute("VACUUM")
        return copy.read_bytes()


def add(target: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    target.writestr(info, data)


if __name__ == "__main__":
    main()
