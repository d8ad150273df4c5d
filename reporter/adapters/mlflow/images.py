"""Pictures that MLflow's ``log_image(key=, step=)`` stored: what their file names say."""

from __future__ import annotations

import os
import re

from reporter.events import ArtifactLogged
from reporter.model import Artifact
from reporter.store.layout import ARTIFACTS

__all__ = ["keyed_images"]

# images/<key>+step+<n>+timestamp+<ms>+<uuid>.png and, beside it, ...+compressed.webp, with "~" for
# a slash of the key. MLflow 2 wrote "%" for "+" and "#" for a slash.
_NAME = re.compile(
    r"(?P<key>.+)(?P<join>[+%])step[+%](?P<step>-?\d+)[+%]timestamp[+%]\d+[+%][^+%]+?"
    r"(?P<small>[+%]compressed)?\.\w+"
)


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
        found = _NAME.fullmatch(name)
        if found is None or path in known:
            continue
        key = found["key"].replace("~" if found["join"] == "+" else "#", "/")
        key += " (small copies)" if found["small"] else ""
        size_bytes = os.path.getsize(os.path.join(folder, name))
        step = int(found["step"])
        artifact = Artifact(path=path, size_bytes=size_bytes, kind="image", key=key, step=step)
        events.append(ArtifactLogged(at_ms=at_ms, artifact=artifact))
    return events
