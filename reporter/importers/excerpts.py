"""What a run in a store has and a published copy of it lacks: reasons to leave the store's alone.

A site may have been built without points, without large files or without names, and it stays what
it was while the runs go on. Taking it for the truth would lose what somebody still has. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from reporter.model import Run

__all__ = ["what_is_missing"]

_SHOWN = 3


def what_is_missing(there: Run, copy: Run, n_points: Mapping[str, int]) -> str:
    """Say what of a run a copy does not have, or has otherwise.

    Parameters
    ----------
    there : Run
        As the store has it.
    copy : Run
    n_points : mapping of str to int
        How many points the copy has of each metric.

    Returns
    -------
    str
        Such as ``the param 'lr' and 3 artifacts``; empty when nothing is missing. Tags may differ
        in a copy in which more has happened since.
    """
    return " and ".join(_missing(there, copy, n_points))


def _missing(there: Run, copy: Run, n_points: Mapping[str, int]) -> Iterator[str]:
    params = there.data.params.items() - copy.data.params.items()
    yield from _named("param", {key for key, _ in params})
    summaries = there.data.summaries.items()
    yield from _named("metric", {key for key, it in summaries if n_points.get(key, 0) < it.count})
    paths = {item.path for item in there.artifacts} - {item.path for item in copy.artifacts}
    yield from _named("artifact", paths)
    if there.info.user_id != copy.info.user_id:
        yield "its user"
    if (copy.last_event_time or 0) <= (there.last_event_time or 0):
        tags = there.data.tags.items() - copy.data.tags.items()
        yield from _named("tag", {key for key, _ in tags})


def _named(what: str, names: Collection[str]) -> Iterator[str]:
    if len(names) > _SHOWN:
        yield f"{len(names)} {what}s"
    elif names:
        shown = ", ".join(f"'{name}'" for name in sorted(names))
        yield f"the {what}{'' if len(names) == 1 else 's'} {shown}"
