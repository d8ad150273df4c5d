"""Pictures that MLflow's ``log_image(key=, step=)`` stored: what their file names say."""

from __future__ import annotations

import os

from reporter.events import ArtifactLogged
from reporter.image_names import parse_image_name
from reporter.model import Artifact
from reporter.store.layout import ARTIFACTS

__all__ = ["keyed_images"]


def keyed_images(location: str, run_id: str, known: set[str], at_ms: int) -> list[ArtifactLogged]:
    """Return an event for each stored picture that the run does not know to be one of a series.

    Parameters
    ----------
    location : str
        Folder of the experiment's artifacts.
    run_id : str
    known : set of str
        Paths of artifacts that need no event.
    at_ms : int

    Returns
    -------
    list of ArtifactLogged
        By path. A small copy that MLflow made for its own pages is a series of its own.
    """
    folder = os.path.join(location, run_id, ARTIFACTS, "images")
    events = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = f"images/{name}"
        found = parse_image_name(path)
        if found is None or path in known:
            continue
        key = f"{found.key} (small copies)" if found.is_small else found.key
        size_bytes = os.path.getsize(os.path.join(folder, name))
        artifact = Artifact(
            path=path, size_bytes=size_bytes, kind="image", key=key, step=found.step
        )
        events.append(ArtifactLogged(at_ms=at_ms, artifact=artifact))
    return events
