"""Which data files hold the finer tiers of an experiment's series: read when a reader zooms in.

It is a file of its own, because the catalog is read by every page before anything is seen. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from reporter.site import payload, tries
from reporter.site.curves.series import MAX_SHOWN, Shard
from reporter.site.curves.tiers import Tiers

__all__ = ["zoom_index"]


def zoom_index(
    experiment_id: str, shards: Sequence[tuple[Shard, Sequence[str]]], tiers: Tiers
) -> tuple[str, bytes] | None:
    """Write the list of finer files of an experiment.

    Parameters
    ----------
    experiment_id : str
    shards : sequence of (Shard, sequence of str)
        All of the experiment's, each with the names of its files.
    tiers : Tiers

    Returns
    -------
    (str, bytes) or None
        Name and content of the data file; None when nothing is finer than what pages draw.
    """
    metrics: dict[str, list[list[object]]] = {}
    for shard, names in shards:
        if shard.tier == 0:
            continue
        for prefix in tries.hex_prefixes(shard.bits):
            for key in shard.keys:
                metrics.setdefault(key, []).append([shard.tier, prefix, *names])
    if not metrics:
        return None
    record = {"caps": [MAX_SHOWN, *tiers.caps], "metrics": dict(sorted(metrics.items()))}
    return payload.data_file(f"zoom-{experiment_id}", record, f"zoom/{experiment_id}")
