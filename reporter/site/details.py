"""What the compare page asks of single runs and no table has: environment, packages, texts.

A run's surroundings (tags of the library, some fifty bytes once equal values are shared) stand in
data files by the beginning of the run's id; texts that can be compared line by line (small text
artifacts, uncommitted changes) in a file each, named by their content, so that equal ones are
there once. All are read only when somebody compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from reporter import mediatypes
from reporter.errors import ReporterError
from reporter.model import Run
from reporter.site import links, payload
from reporter.site.artifacts import ShippedFile
from reporter.site.job import Job
from reporter.site.lookup import ExperimentLookup
from reporter.site.writing.manifest import inputs_digest

__all__ = ["detail_shards", "is_likely_text", "surroundings", "write_details"]

MAX_TEXT_BYTES = 128_000
"""Longer texts are data rather than settings, and take long to compare line by line."""

MAX_TOTAL_BYTES = 30_000_000
"""Of the texts of one experiment; those beyond are only on their runs' pages."""

MAX_RUNS_A_FILE = 512

DIFF_TAG = "mlflow.source.git.diff"
DIFF_NAME = "uncommitted changes"
"""What the text of the tag is called beside those of artifacts."""

_PREFIXES = ("mlflow.source.", "mlflow.docker.", "mlflow.project.", "reporter.")
_LEFT_OUT = ("reporter.import.", "reporter.error", "mlflow.source.name", "mlflow.source.git.commit")
"""What an import says of itself is nothing that the run did; a failure is none of its surroundings,
and the rest has columns in the table."""

_TEXTS = frozenset(
    (
        "application/json",
        "application/toml",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/x-sh",
        "application/javascript",
    )
)
_NOT_READ = ("text/html", "text/csv", "text/tab-separated-values")


def is_likely_text(file: ShippedFile) -> bool:
    """Tell whether a file can be compared line by line: short, in the site and not a table."""
    artifact = file.artifact
    guessed = artifact.media_type or mediatypes.guess(artifact.path)
    is_text = guessed.startswith("text/") or guessed in _TEXTS
    is_short = 0 < artifact.size_bytes <= MAX_TEXT_BYTES
    is_plain = guessed not in _NOT_READ and artifact.kind not in ("table", "figure", "image")
    return bool(file.site_path) and is_text and is_short and is_plain


def surroundings(run: Run) -> dict[str, str]:
    """Return the tags that say in what surroundings a run ran, without the changes to its code.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict of str to str
    """
    tags = sorted(run.data.tags.items())
    return {
        key: value
        for key, value in tags
        if key.startswith(_PREFIXES) and not key.startswith(_LEFT_OUT) and key != DIFF_TAG
    }


def write_details(job: Job, lookup: ExperimentLookup, files: Iterable[ShippedFile]) -> str:
    """Write what there is to compare of an experiment's runs beside their table.

    Parameters
    ----------
    job : Job
    lookup : ExperimentLookup
    files : iterable of ShippedFile
        Likely texts of its runs.

    Returns
    -------
    str
        Name of the data file that lists the others; empty when there is nothing.
    """
    runs = [item.run for item in lookup.experiment.runs]
    texts: dict[str, dict[str, str]] = {}
    n_bytes = 0
    for run in runs:
        changes = run.data.tags.get(DIFF_TAG, "").encode("utf-8", "replace")
        if changes and n_bytes + len(changes) <= MAX_TOTAL_BYTES:
            n_bytes += len(changes)
            texts.setdefault(run.info.run_id, {})[DIFF_NAME] = _write_text(job, changes)
    shipped: dict[str, str] = {}
    for file in files:
        if file.sha256 not in shipped:
            n_bytes += file.artifact.size_bytes
            shipped[file.sha256] = _ship_text(job, file) if n_bytes <= MAX_TOTAL_BYTES else ""
        if name := shipped[file.sha256]:
            texts.setdefault(file.run_id, {})[file.artifact.path] = name
    digits, shards = detail_shards(runs, texts)
    if not shards:
        return ""
    written = {prefix: _write(job, "details", shard) for prefix, shard in shards.items()}
    return _write(job, "details", {"digits": digits, "files": written})


def detail_shards(
    runs: Sequence[Run], texts: Mapping[str, Mapping[str, str]]
) -> tuple[int, dict[str, dict[str, object]]]:
    """Divide surroundings and names of texts among data files.

    Parameters
    ----------
    runs : sequence of Run
    texts : mapping of str to mapping of str to str
        By run id: what a text is called, and the data file that holds it.

    Returns
    -------
    digits : int
        How many digits of a run's id say which file is its own.
    shards : dict of str to dict
        By these digits: texts, each once, and of each run the places of its own among them: tags
        and their values in turn, then what its texts are called and where they are.
    """
    digits = 0
    while len(runs) > MAX_RUNS_A_FILE * 16**digits:
        digits += 1
    found: dict[str, dict[str, object]] = {}
    pools: dict[str, dict[str, int]] = {}
    for run in sorted(runs, key=lambda run: run.info.run_id):
        run_id = run.info.run_id
        tags, own = surroundings(run), texts.get(run_id, {})
        if not tags and not own:
            continue
        pool = pools.setdefault(run_id[:digits], {})

        def place(value: str, pool: dict[str, int] = pool) -> int:
            return pool.setdefault(value, len(pool))

        record = [
            [place(text) for pair in pairs for text in pair]
            for pairs in (tags.items(), sorted(own.items()))
        ]
        found.setdefault(run_id[:digits], {})[run_id] = record
    return digits, {
        prefix: {"values": list(pools[prefix]), "runs": records}
        for prefix, records in found.items()
    }


def _write(job: Job, kind: str, record: object) -> str:
    """Write a data file that registers under its own name."""
    name, content = payload.data_file(kind, record)
    job.output.write(links.data_path(name), content)
    return name


def _ship_text(job: Job, file: ShippedFile) -> str:
    """Write an artifact's text, once for all that are equal; empty when it is none."""
    inputs = inputs_digest("text", file.sha256, job.version)
    if kept := job.output.reuse(inputs):
        return kept[0].removeprefix("data/").removesuffix(".js")
    try:
        with job.reader.open_artifact(file.run_id, file.artifact.path) as stream:
            data = stream.read(MAX_TEXT_BYTES + 1)
    except (OSError, ReporterError):
        return ""  # that it is missing or damaged was said when it was shipped
    is_whole = len(data) <= MAX_TEXT_BYTES and b"\0" not in data
    return _write_text(job, data, inputs) if is_whole else ""


def _write_text(job: Job, data: bytes, inputs: str = "") -> str:
    digest = hashlib.sha256(data).hexdigest()
    name = links.data_name(f"lines-{digest[:8]}", digest[8:])
    body = payload.encode_json(data.decode("utf-8", "replace"))
    job.output.write(links.data_path(name), payload.register(name, body), inputs=inputs)
    return name
