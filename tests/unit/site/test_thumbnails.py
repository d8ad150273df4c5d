"""Small copies of large pictures: made once, the same bytes each time, and never of a bomb."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest

from reporter.renderers.thumbnail import MAX_PIXELS, SIDE_PX, shrink
from reporter.site.build import build
from reporter.site.wall import thumbnails
from reporter.site.wall.thumbnails import SUFFIX
from reporter.site.writing.output import MemoryOutput
from reporter.store.reader import open_store
from tests.builders import make_run, make_store, run_id_of

Image = pytest.importorskip("PIL.Image", reason="Pillow makes the copies")


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB", **options) -> bytes:
    noise = random.Random(7).randbytes(width * height * len(mode))
    out = io.BytesIO()
    Image.frombytes(mode, (width, height), noise).save(out, kind, **options)
    return out.getvalue()


LARGE = picture(900, 300)


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_copy_fits_its_side_and_is_small(kind):
    data = picture(1300, 650, kind)
    small = shrink(io.BytesIO(data))
    assert size_of(small) == (SIDE_PX, SIDE_PX // 2)
    assert len(small) < len(data)


def test_the_same_picture_gives_the_same_bytes():
    assert shrink(io.BytesIO(LARGE)) == shrink(io.BytesIO(LARGE))


def test_transparency_stays_and_pictures_stand_upright():
    small = Image.open(io.BytesIO(shrink(io.BytesIO(picture(900, 300, mode="RGBA")))))
    assert small.mode == "RGBA"
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    turned = picture(900, 300, "JPEG", exif=exif)
    width, height = size_of(shrink(io.BytesIO(turned)))
    assert width < height


def bomb() -> bytes:
    """A PNG whose header promises more than its bytes could ever be."""
    data = bytearray(picture(8, 8))
    side = int(MAX_PIXELS**0.5) + 1
    data[16:24] = side.to_bytes(4, "big") * 2
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg/>",
        LARGE[:5_000],
        bomb(),
        picture(900, 300, "PNG", "L").replace(b"IDAT", b"IDAX", 1),
    ],
    ids=["empty", "svg", "cut", "bomb", "damaged"],
)
def test_what_cannot_be_decoded_has_no_copy(data):
    assert shrink(io.BytesIO(data)) == b""


def test_what_moves_and_what_is_finer_than_a_screen_is_shown_as_it_is():
    frames = [Image.new("RGB", (900, 900), color) for color in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert shrink(out) == b""
    deep = io.BytesIO()
    Image.new("I;16", (900, 900)).save(deep, "PNG")
    assert shrink(deep) == b""


@pytest.fixture
def store(tmp_path: Path) -> str:
    store = make_store(tmp_path / "runs", {"7": "digits"})
    files = {"plots/large.png": LARGE, "plots/little.png": picture(40, 30), "a.bin": b"x" * 200_000}
    make_run(store, "first", experiment_id="7", artifacts=files)
    return store


def built(store: str) -> MemoryOutput:
    output = MemoryOutput()
    build(open_store(store), output)
    return output


def test_gallery_and_wall_load_the_copy_and_link_the_picture(store):
    site = built(store)
    run = run_id_of("first")
    place = f"artifacts/{run}/plots/large.png"
    assert [path for path in site.files if path.endswith(SUFFIX)] == [place + SUFFIX]
    assert site.files[place] == LARGE
    page = site.files[f"run/{run}.html"].decode()
    assert f'href="../{place}"><img src="../{place}{SUFFIX}"' in page
    assert 'width="900" height="300"' in page
    (path,) = [path for path in site.files if path.startswith("data/figures-7-")]
    text = site.files[path].decode()
    listed = json.loads(text[text.index(",") + 1 : text.rindex(")")])
    assert listed["small"] == [listed["path"].index("plots/large.png")]
    assert listed["suffix"] == SUFFIX


def test_a_copy_is_kept_as_long_as_its_picture(store, tmp_path, monkeypatch):
    from reporter.site.writing.output import FolderOutput

    folder = str(tmp_path / "site")
    build(open_store(store), FolderOutput(folder))
    (copy,) = Path(folder).rglob(f"*{SUFFIX}")
    before = copy.read_bytes()
    monkeypatch.setattr(thumbnails, "shrink", lambda _: pytest.fail("made again"))
    build(open_store(store), FolderOutput(folder))
    assert copy.read_bytes() == before


def test_without_pillow_the_picture_itself_is_shown(store, monkeypatch):
    monkeypatch.setattr(thumbnails, "shrinks_with", lambda: "")
    site = built(store)
    assert not [path for path in site.files if path.endswith(SUFFIX)]
    assert 'plots/large.png"><img src="' in site.files[f"run/{run_id_of('first')}.html"].decode()


def test_a_large_file_of_any_kind_and_any_name_builds(tmp_path: Path):
    """What bytes say and what a name claims differ in any way they can."""
    names = ["a.png", "a.jpg", "a.tif", "a.svg", "a.svgz", "a.ico", "a.heic", "a.pdf", "a.txt"]
    kinds = {
        "tiff": picture(200, 300, "TIFF"), "ico": b"\0\0\1\0" + bytes(120_000),
        "pdf": b"%PDF-1.4\n" + bytes(120_000), "text": b"word " * 30_000, "large": LARGE,
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * 120_000 + b"</svg>",
    }  # fmt: skip
    files = {f"{kind}/{name}": data for kind, data in kinds.items() for name in names}
    store = make_store(tmp_path / "runs", {"7": "digits"})
    make_run(store, "first", experiment_id="7", artifacts=files)
    site = built(store)
    assert f"run/{run_id_of('first')}.html" in site.files
    assert any(path.endswith(f"large/a.png{SUFFIX}") for path in site.files)
