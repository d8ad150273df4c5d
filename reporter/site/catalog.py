"""data/catalog.js: which data files hold what. The one file that keeps its name.

Pages name it and nothing else of ``data/``, so that a new run changes the catalog and not every
page. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import reporter
from reporter.site import payload, tries
from reporter.site.curves.series import Shard
from reporter.site.plan import PlannedExperiment, SitePlan
from reporter.site.theme import Assets

__all__ = ["catalog_file"]

FORMAT = 1


def catalog_file(
    plan: SitePlan,
    assets: Assets,
    tables: Mapping[str, Sequence[str]],
    aggregates: Mapping[str, Sequence[tuple[str, Sequence[str]]]],
    series: Mapping[str, Sequence[tuple[Shard, str]]],
    zooms: Mapping[str, str],
    importances: Mapping[str, str],
    figures: Mapping[str, str],
    logged: Mapping[str, tuple[str, int]],
    details: Mapping[str, str],
    live: Mapping[str, str],
) -> bytes:
    """Write the catalog.

    Parameters
    ----------
    plan : SitePlan
    assets : Assets
    tables : mapping of str to sequence of str
        Experiment id to the names of its table's data files.
    aggregates : mapping of str to sequence of (str, sequence of str)
        Experiment id to the names of the data files of aggregates, and the metrics in each.
    series : mapping of str to sequence of (Shard, str)
        Experiment id to its shards of the first tier and the names of their files.
    zooms : mapping of str to str
        Experiment id to the name of the file that lists those of finer tiers.
    importances : mapping of str to str
        Experiment id to the name of the file that says how far params matter.
    figures : mapping of str to str
        Experiment id to the name of the data file of its pictures.
    logged : mapping of str to (str, int)
        Experiment id to the name of the list of tables that several runs logged, and their number.
    details : mapping of str to str
        Experiment id to the name of the list of what the compare page asks of single runs.
    live : mapping of str to str
        Experiment id to the name of the list of its interactive figures.

    Returns
    -------
    bytes
    """
    record = {
        "format": FORMAT,
        "report_id": plan.report_id,
        "newest_ms": plan.newest_ms,
        "version": reporter.__version__,
        "charts": assets.charts.rsplit("/", 1)[-1],
        "relations": assets.relations.rsplit("/", 1)[-1],
        "vega": assets.vega,
        "later": assets.later,
        "experiments": [
            {
                "id": experiment.id,
                "name": experiment.name,
                "n": len(experiment.runs),
                "tables": [f"{name}.js" for name in tables.get(experiment.id, ())],
                "aggregates": _aggregates(aggregates.get(experiment.id, ())),
                "series": _series(series.get(experiment.id, ())),
                **({"zoom": f"{zooms[experiment.id]}.js"} if experiment.id in zooms else {}),
                "importance": importances.get(experiment.id, ""),
                "figures": figures.get(experiment.id, ""),
                "live": live.get(experiment.id, ""),
                "logged": logged.get(experiment.id, ("", 0))[0],
                "details": details.get(experiment.id, ""),
                "definitions": _definitions(experiment),
            }
            for experiment in plan.experiments
        ],
    }
    return payload.register("catalog", payload.encode_json(record))


def _aggregates(files: Sequence[tuple[str, Sequence[str]]]) -> list[list[str]]:
    """List files, each with the metrics in it."""
    return [[f"{name}.js", *keys] for name, keys in files]


def _series(shards: Sequence[tuple[Shard, str]]) -> dict[str, list[list[str]]]:
    """Map each metric to pairs of run id prefix and file."""
    found: dict[str, list[list[str]]] = {}
    for shard, name in shards:
        pairs = [[prefix, f"{name}.js"] for prefix in tries.hex_prefixes(shard.bits)]
        for key in shard.keys:
            found.setdefault(key, []).extend(pairs)
    return {key: sorted(pairs) for key, pairs in sorted(found.items())}


def _definitions(experiment: PlannedExperiment) -> dict[str, dict[str, str]]:
    return {
        key: {
            "direction": facts.direction,
            "unit": facts.unit,
            "description": facts.description,
        }
        for key, facts in sorted(experiment.metrics.items())
        if facts.direction or facts.unit or facts.description
    }
