"""Ask a real MLflow what it answers to the behaviour scripts, and freeze that.

MLflow is not a dependency, not even of the tests: run this by hand where it is installed, from the
checkout's folder with ``python -m tests.differential.freeze_behaviours``, and commit the JSON file
it writes. ``test_behaviours.py`` holds us to the answers.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing, redirect_stderr
from pathlib import Path

import mlflow
from mlflow.tracking import fluent

from tests.differential.recorder import load, quiet_script

SHARED = Path(__file__).resolve().parent.parent / "shared"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "template.db")
        os.chdir(folder)
        mlflow.set_tracking_uri(f"sqlite:///{template}")
        mlflow.search_experiments()  # the migrations, once
        answers = {
            name: ask(case, template, Path(folder, str(number)))
            for number, (name, case) in enumerate(load().items())
            if len(sys.argv) < 2 or sys.argv[1] in name
        }
    target = SHARED / "behaviour_mlflow.json"
    if len(sys.argv) > 1:
        answers = json.loads(target.read_text(encoding="utf-8"))["answers"] | answers
    known = load()
    frozen = {
        "mlflow": mlflow.__version__,
        "answers": {name: answers[name] for name in sorted(answers) if name in known},
    }
    text = json.dumps(frozen, ensure_ascii=False, indent=1)
    target.write_text(text + "\n", encoding="utf-8")


def ask(case, template: Path, folder: Path) -> dict[str, object]:
    folder.mkdir()
    folder = folder.resolve()
    shutil.copy(template, folder / "store.db")
    with closing(sqlite3.connect(folder / "store.db")) as database, database:
        place = str(folder / "mlruns" / "0")
        database.execute("UPDATE experiments SET artifact_location = ?", (place,))
    with quiet_script(folder) as see, redirect_stderr(sys.__stderr__):
        mlflow.set_tracking_uri(f"sqlite:///{folder / 'store.db'}")
        fluent._active_experiment_id = None
        fluent._last_active_run_id.set(None)
        try:
            case.run(mlflow, see)
        except Exception as error:  # noqa: BLE001  # the script itself is at fault: say which
            print(case.name, repr(error)[:2000], file=sys.stderr)
        while mlflow.active_run():
            mlflow.end_run()
    return see.answers


if __name__ == "__main__":
    main()
