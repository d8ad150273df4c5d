"""Runs for other programs: tables, and folders and databases that MLflow opens.

Nobody should fear that runs logged here are locked in here. Knows stores and searches; no page,
and no importer: what is written is read back by whoever wants to.
"""

from reporter.exports.exporting import ExportResult, export_runs
from reporter.exports.registry import (
    EXPORTERS,
    Exporter,
    Target,
    exporter,
    get_exporter,
    load_entry_points,
)
from reporter.exports.selection import Selection, select

__all__ = [
    "EXPORTERS",
    "ExportResult",
    "Exporter",
    "Selection",
    "Target",
    "export_runs",
    "exporter",
    "get_exporter",
    "load_entry_points",
    "select",
]
