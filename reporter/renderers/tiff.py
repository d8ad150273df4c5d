"""TIFF, which browsers do not draw: a PNG of it, made by Pillow while the site is built.

Microscopes and cameras write 16 bits a sample and many pages; what is shown is the first page with
its values spread over what a screen can show, and the note says so.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from reporter.renderers.data_files import digest
from reporter.renderers.image import ImageView
from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["render_tiff"]

MAX_PIXELS = 100_000_000
"""Decoded while building: 400 MB at most."""
MAX_SIDE_PX = 2_000
"""Of what is shown; the file itself is one click away."""


@renderer("image/tiff")
def render_tiff(request: ArtifactRequest) -> Fragment:
    """Show the first page of a TIFF."""
    try:
        data, size, caption = _converted(request)
    except ImportError:
        problem = request.problem("Not shown", "TIFF needs Pillow", "Install pillow.")
        return placeholder(request, problem, is_reported=False)
    except (OSError, ValueError, SyntaxError, MemoryError, OverflowError) as error:
        detail = " ".join(f"{request.artifact.path}: {error}".split())[:300]
        return placeholder(request, request.problem("Not an image", detail))
    path = f"data/picture-{digest(data)}.png"
    url = request.url(path)
    view = ImageView(src=url, href=url, alt=request.name, width=size[0], height=size[1])
    return Fragment(
        template="fragments/image.html.j2",
        context=view,
        files={path: data},
        is_figure=True,
        page=path,
        width=size[0],
        height=size[1],
        caption=caption,
    )


def _converted(request: ArtifactRequest) -> tuple[bytes, tuple[int, int], str]:
    from PIL import Image

    with request.open() as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            opened = Image.open(stream, formats=["TIFF"])
        except Image.DecompressionBombError as error:
            raise ValueError(str(error)) from error
        with opened as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise ValueError(f"{width:,} × {height:,} pixels are too many to convert")
            n_pages = getattr(image, "n_frames", 1)
            shown = _for_screen(image)
            shown.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
            out = io.BytesIO()
            shown.save(out, "PNG")
    pages = f", first of {n_pages:,} pages" if n_pages > 1 else ""
    return out.getvalue(), shown.size, f"{width:,} × {height:,}{pages}"


def _for_screen(image: Image.Image) -> Image.Image:
    """Spread values of more than 8 bits over those of a screen."""
    import numpy as np
    from PIL import Image

    if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        return image.copy()
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float64)
        finite = values[np.isfinite(values)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
        spread = np.nan_to_num((values - low) / (high - low or 1.0), posinf=1.0, neginf=0.0)
        return Image.fromarray((spread.clip(0, 1) * 255).astype(np.uint8))
    return image.convert("RGB")
