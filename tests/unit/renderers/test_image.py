"""Sizes from headers, against what a real encoder wrote."""

from __future__ import annotations

import io

import pytest

from reporter.renderers.image import measure

Image = pytest.importorskip("PIL.Image", reason="Pillow writes the pictures that are measured")
KINDS = ["png", "jpeg", "gif", "webp", "bmp", "avif"]


def encode(kind: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (37, 211), (640, 480)])
def test_the_size_stands_in_the_header(kind, size):
    assert measure(f"image/{kind}", encode(kind, size)) == size


def test_every_flavour_of_webp():
    size = (301, 200)
    assert measure("image/webp", encode("webp", size, lossless=True)) == size
    assert measure("image/webp", encode("webp", size, quality=10)) == size
    assert measure("image/webp", encode("webp", size, "RGBA", exif=b"Exif\0\0")) == size


def test_a_jpeg_with_metadata_and_progressive():
    data = encode("jpeg", (99, 55), progressive=True, exif=b"Exif\0\0" + bytes(60_000))
    assert measure("image/jpeg", data) == (99, 55)


def test_a_bitmap_whose_rows_run_downwards():
    data = bytearray(encode("bmp", (7, 5)))
    data[22:26] = (-5).to_bytes(4, "little", signed=True)
    assert measure("image/bmp", bytes(data)) == (7, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_cut_off_anywhere_gives_no_wrong_size(kind):
    whole = encode(kind, (64, 48))
    for length in range(min(len(whole), 400)):
        assert measure(f"image/{kind}", whole[:length]) in {None, (64, 48)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_fills_its_place_before_it_arrives(kind, draw, to_html):
    fragment = draw(f"plots/a.{kind}", encode(kind, (64, 48)))
    html = to_html(fragment)
    assert 'width="64" height="48"' in html
    assert 'loading="lazy"' in html
    assert f'src="../artifacts/{"a" * 32}/plots/a.{kind}"' in html
    assert fragment.is_figure
    assert (fragment.width, fragment.height) == (64, 48)


def test_images_logged_by_key_and_step_say_so(draw):
    data = encode("png", (8, 8))
    uuid = "0e158d83-044a-4056-b30e-5e02499e1e7a"
    for name in (
        f"images/a#b+step+3+timestamp+1795230627723+{uuid}",
        f"images/a#b%step%3%timestamp%1795230489700%{uuid}",
    ):
        assert draw(f"{name}.png", data).caption == "a/b, step 3"
        assert draw(f"{name}.png", data).is_figure
    small = draw(f"images/a+step+3+timestamp+17+{uuid}+compressed.webp", encode("webp", (8, 8)))
    assert not small.is_figure
    assert draw("x.png", data, key="samples", step=0).caption == "samples, step 0"
