"""Runs of other tools, replayed as our own events.

Importing this package registers every built-in importer. A new kind is one module here, registered
by :func:`~reporter.importers.registry.importer`, and one import below. Importers read: they never
write into a source, follow no link out of it, unpickle nothing, and import no other tracker.
"""

from __future__ import annotations

from reporter.importers import (
    aim,  # noqa: F401  (they register themselves)
    dvclive,  # noqa: F401
    mlflow_files,  # noqa: F401
    mlflow_server,  # noqa: F401
    mlflow_sqlite,  # noqa: F401
    published_site,  # noqa: F401  # registers itself
    tables,  # noqa: F401
    tensorboard,  # noqa: F401
    trackio,  # noqa: F401
    wandb_offline,  # noqa: F401
)
from reporter.importers.discovery import FoundSource, find_sources
from reporter.importers.importing import ImportResult, SourceImport, import_sources
from reporter.importers.opening import open_source
from reporter.importers.records import (
    ArtifactSource,
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
    Lazily,
    Source,
    derive_run_id,
    fingerprint_of,
)
from reporter.importers.registry import (
    CERTAIN,
    IMPORTERS,
    LIKELY,
    NO,
    POSSIBLE,
    Importer,
    get_importer,
    importer,
    load_entry_points,
)

__all__ = [
    "CERTAIN",
    "IMPORTERS",
    "LIKELY",
    "NO",
    "POSSIBLE",
    "ArtifactSource",
    "FoundSource",
    "ImportOptions",
    "ImportResult",
    "ImportedExperiment",
    "ImportedItem",
    "ImportedRun",
    "Importer",
    "Lazily",
    "Source",
    "SourceImport",
    "derive_run_id",
    "find_sources",
    "fingerprint_of",
    "get_importer",
    "import_sources",
    "importer",
    "load_entry_points",
    "open_source",
]
