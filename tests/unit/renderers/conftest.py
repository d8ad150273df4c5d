"""Artifacts made of bytes, and fragments as a page would hold them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from reporter import mediatypes, renderers
from reporter.model import Artifact
from reporter.site.theme import Theme

RUN_ID = "a" * 32


class CountingReader(io.BytesIO):
    """A stream that tells how many bytes were read."""

    def __init__(self, data: bytes, counts: list[int]) -> None:
        super().__init__(data)
        self._counts = counts

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._counts.append(len(data))
        return data


def make_request(path: str, data: bytes, **fields: object) -> renderers.ArtifactRequest:
    """Make the request that a build would make for this file."""
    artifact_fields = {key: fields.pop(key) for key in ("kind", "key", "step") if key in fields}
    head = data[: mediatypes.HEAD_BYTES]
    suffix = mediatypes.inert_suffix(path, head)
    known = {
        "run_id": RUN_ID,
        "artifact": Artifact(path=path, size_bytes=len(data), **artifact_fields),
        "media_type": mediatypes.detect(path, head),
        "open": lambda: io.BytesIO(data),
        "site_path": f"artifacts/{RUN_ID}/{path}{suffix}",
    }
    return renderers.ArtifactRequest(**(known | fields))


@pytest.fixture(scope="session")
def draw() -> Callable[..., renderers.Fragment]:
    """Render an artifact: ``draw("a.csv", b"x,y")``."""

    def draw_(path: str, data: bytes | str, **fields: object) -> renderers.Fragment:
        encoded = data.encode() if isinstance(data, str) else data
        return renderers.render(make_request(path, encoded, **fields))

    return draw_


@pytest.fixture
def count_read(draw) -> Callable[[str, bytes], int]:
    """Render an artifact; return how many of its bytes were read."""

    def count_read_(path: str, data: bytes) -> int:
        counts: list[int] = []
        draw(path, data, open=lambda: CountingReader(data, counts))
        return sum(counts)

    return count_read_


@pytest.fixture(scope="session")
def to_html() -> Callable[[renderers.Fragment], str]:
    """Print a fragment with the site's own templates."""
    environment = Theme().environment

    def to_html_(fragment: renderers.Fragment) -> str:
        return environment.get_template(fragment.template).render(view=fragment.context)

    return to_html_
