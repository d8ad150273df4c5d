"""Look for secrets in everything a build is about to publish, before it writes anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reporter import mediatypes
from reporter.errors import SecretsFoundError
from reporter.model import Artifact, Run
from reporter.site.artifact_rules import ArtifactRules
from reporter.site.plan import PlannedExperiment, PlannedRun, SitePlan
from reporter.site.secrets import MAX_SCANNED_BYTES, Secret, find_in_pairs, is_scanned
from reporter.site.secrets import find_in_text as find
from reporter.store.ports import StoreReader

__all__ = ["refuse_secrets"]

_UNKNOWN = "application/octet-stream"


def refuse_secrets(
    reader: StoreReader, plan: SitePlan, rules: ArtifactRules, clean: Collection[str]
) -> None:
    """Raise when what the site would show holds what looks like a secret.

    Parameters
    ----------
    reader : StoreReader
    plan : SitePlan
    rules : ArtifactRules
        Artifacts that are left out are not looked at.
    clean : collection of str
        Digests of files that an earlier build looked through.

    Raises
    ------
    SecretsFoundError
    """
    findings = list(_in_plan(plan))
    for experiment in plan.experiments:
        for item in experiment.runs:
            findings += _in_artifacts(reader, experiment, item, rules, clean)
    if findings:
        raise SecretsFoundError(findings)


def _in_plan(plan: SitePlan) -> Iterator[str]:
    """Look through params, tags and data sets: at once, and one by one if there is anything."""
    for experiment in plan.experiments:
        yield from _in_pairs(f"experiment '{experiment.name}'", {**experiment.experiment.tags})
        texts = "\n".join(_text(item.run) for item in experiment.runs)
        if next(find(texts), None) is None:
            continue
        for item in experiment.runs:
            where = f"run {item.run_id[:8]} '{item.name}'"
            yield from _in_pairs(f"{where}, param", {**item.run.data.params})
            yield from _in_pairs(f"{where}, tag", {**item.run.data.tags})
            yield from _in_pairs(f"{where}, data set", _sources(item.run))


def _text(run: Run) -> str:
    pairs = [*run.data.params.items(), *run.data.tags.items(), *_sources(run).items()]
    return "\n".join(f"{key}: {value}" for key, value in pairs)


def _sources(run: Run) -> dict[str, str]:
    return {item.dataset.name: item.dataset.source for item in run.inputs.dataset_inputs}


def _in_pairs(where: str, pairs: dict[str, str]) -> Iterator[str]:
    for key, secret in find_in_pairs(pairs):
        yield f"{where} '{key}': {_told(secret)}"


def _in_artifacts(
    reader: StoreReader,
    experiment: PlannedExperiment,
    item: PlannedRun,
    rules: ArtifactRules,
    clean: Collection[str],
) -> Iterator[str]:
    for artifact in item.artifacts:
        if artifact.sha256 in clean or rules.reason(experiment.experiment, artifact):
            continue
        for secret in _in_file(reader, item.run_id, artifact):
            where = f"run {item.run_id[:8]} '{item.name}', file '{artifact.path}'"
            yield f"{where}, line {secret.line}: {_told(secret)}"


def _in_file(reader: StoreReader, run_id: str, artifact: Artifact) -> Iterator[Secret]:
    guessed = artifact.media_type or mediatypes.guess(artifact.path)
    if guessed != _UNKNOWN and not is_scanned(guessed):
        return
    try:
        with reader.open_artifact(run_id, artifact.path) as stream:
            head = stream.read(mediatypes.HEAD_BYTES)
            if not is_scanned(mediatypes.detect(artifact.path, head, artifact.media_type)):
                return
            data = head + stream.read(MAX_SCANNED_BYTES - len(head))
    except OSError:
        return  # that it is missing is said where it should have been
    yield from find(data.decode("utf-8", "replace"))


def _told(secret: Secret) -> str:
    return f"{secret.kind} ({secret.shown})"
