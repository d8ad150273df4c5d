"""What an artifact looks like on a page, by media type.

Importing this package registers every built-in renderer. A new kind is one module here, one
template in ``templates/fragments/`` and one import below. Renderers read capped numbers of bytes,
unpickle nothing, open no network, and know neither the page nor the folder that is written.
"""

from __future__ import annotations

from reporter.renderers import (  # noqa: F401  (they register themselves)
    archive,
    arrays,
    binary,
    code,
    facts,
    geo,
    html,
    image,
    json_tree,
    markdown,
    media,
    mlmodel,
    notebook,
    onnx_model,
    pdf,
    plotly,
    spreadsheet,
    svg,
    table,
    text,
    tiff,
    trees,
    vega_lite,
)
from reporter.renderers.registry import (
    ArtifactRequest,
    FileContent,
    Fragment,
    Renderer,
    environment,
    load_entry_points,
    render,
    renderer,
    renderer_for,
)
from reporter.renderers.table import read_table

__all__ = [
    "ArtifactRequest",
    "FileContent",
    "Fragment",
    "Renderer",
    "environment",
    "load_entry_points",
    "read_table",
    "render",
    "renderer",
    "renderer_for",
]
