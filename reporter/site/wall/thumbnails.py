"""Small copies of large pictures, so that a gallery of hundreds loads in a second.

Made once and kept as long as picture and Pillow stay the same. A picture that Pillow cannot read,
or that would fill the memory, has none: the page then shows the picture itself, as it does where
Pillow is not installed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reporter import mediatypes
from reporter.renderers.image import HEADER_BYTES, measure
from reporter.renderers.thumbnail import MIN_BYTES, is_worth_it, shrink, shrinks_with
from reporter.site.artifacts import ShippedFile, is_likely_figure
from reporter.site.writing.manifest import inputs_digest
from reporter.site.writing.output import SiteOutput
from reporter.store.ports import StoreReader

__all__ = ["SUFFIX", "Thumbnails"]

SUFFIX = ".thumb.webp"
"""After the site path of the picture."""


@dataclass(kw_only=True)
class Thumbnails:
    """Makes the small copies of one build.

    Parameters
    ----------
    reader : StoreReader
    output : SiteOutput
    """

    reader: StoreReader
    output: SiteOutput
    _made: dict[str, str] = field(default_factory=dict)
    """Site path of a picture to that of its copy; equal pictures of several runs share theirs."""

    def add(self, files: Iterable[ShippedFile]) -> list[ShippedFile]:
        """Give pictures their small copies.

        Parameters
        ----------
        files : iterable of ShippedFile

        Returns
        -------
        list of ShippedFile
            In the order given; all others as they were.
        """
        if not shrinks_with():
            return list(files)
        return [replace(f, thumbnail=self._of(f)) if _may_need_one(f) else f for f in files]

    def _of(self, file: ShippedFile) -> str:
        if file.site_path not in self._made:
            self._made[file.site_path] = self._kept(file) or self._make(file)
        return self._made[file.site_path]

    def _kept(self, file: ShippedFile) -> str:
        kept = self.output.reuse(_inputs(file))
        return kept[0] if kept else ""

    def _make(self, file: ShippedFile) -> str:
        try:
            with self.reader.open_artifact(file.run_id, file.artifact.path) as stream:
                head = stream.read(HEADER_BYTES)
                media_type = mediatypes.detect(file.artifact.path, head, file.artifact.media_type)
                if not is_worth_it(measure(media_type, head), file.artifact.size_bytes):
                    return ""
                stream.seek(0)
                data = shrink(stream)
        except OSError:
            return ""
        if not data or len(data) >= file.artifact.size_bytes:
            return ""
        path = file.site_path + SUFFIX
        self.output.write(path, data, inputs=_inputs(file))
        return path


def _may_need_one(file: ShippedFile) -> bool:
    is_large = file.artifact.size_bytes > MIN_BYTES
    return bool(file.site_path) and is_large and is_likely_figure(file.artifact)


def _inputs(file: ShippedFile) -> str:
    return inputs_digest("thumbnail", file.site_path, file.sha256, shrinks_with())
