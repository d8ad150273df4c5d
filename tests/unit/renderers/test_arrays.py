"""What is said of arrays: how their numbers spread, and a picture where one can be made."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from PIL import Image

from reporter.renderers.array_values import decode_values, describe, draw_picture


def npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["<f8", ">f4", "<f2", "|u1", "<i8", ">u2", "|b1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_plain_numbers_are_read_as_numpy_reads_them(kind, order):
    array = np.asarray(np.arange(12).reshape(3, 4) % 3, dtype=kind, order=order)
    data = npy(array)
    values = decode_values(data[128:], kind, (3, 4), is_fortran=order == "F")
    assert values.dtype == array.dtype
    assert (values == np.load(io.BytesIO(data))).all()


@pytest.mark.parametrize("descr", ["|O", "<c16", "<U3", "<f16", "[('a', '<i4')]", "|f1", "|V8"])
def test_other_kinds_are_left_alone(descr):
    assert decode_values(bytes(64), descr, (4,), is_fortran=False) is None


def test_the_beginning_of_an_array_is_flat():
    assert decode_values(bytes(17), "<f8", (2, 8), is_fortran=False).shape == (2,)
    assert decode_values(b"", "<f8", (2**40, 2**40), is_fortran=False).shape == (0,)


def test_numbers_that_are_none_are_counted_apart():
    found = describe(np.array([1.0, np.nan, 3.0, np.inf, -np.inf]))
    assert (found.low, found.mean, found.high, found.n_nan, found.n_infinite) == (1, 2, 3, 1, 2)
    assert describe(np.array([np.nan])) is None


def pixels(picture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture.png)))


def test_planes_are_grey_from_the_least_to_the_greatest():
    plane = np.linspace(-2, 6, 64).reshape(8, 8)
    plane[0, 1] = np.nan
    picture = draw_picture(plane)
    assert (pixels(picture)[0, 0], pixels(picture)[-1, -1]) == (0, 255)
    assert picture.caption == "black -2, white 6"


@pytest.mark.parametrize("scale", [1, 255])
def test_colours_stay(scale):
    array = np.zeros((8, 10, 3), "uint8" if scale == 255 else "float32")
    array[..., 1] = scale
    assert pixels(draw_picture(array))[0, 0].tolist() == [0, 255, 0]


def test_a_stack_shows_its_first_and_a_large_plane_is_thinned():
    assert draw_picture(np.zeros((5, 8, 8))).caption.startswith("first of 5")
    picture = draw_picture(np.zeros((5000, 40), "uint8"))
    assert (picture.width, picture.height) == (4, 500)


@pytest.mark.parametrize("shape", [(100,), (2, 100), (3, 3), (2, 2, 8, 8), (0, 8, 8), ()])
def test_what_is_no_picture_has_none(shape):
    assert draw_picture(np.zeros(shape)) is None


def test_an_array_shows_its_figures(draw, to_html):
    fragment = draw("a.npy", npy(np.linspace(0, 1, 256).reshape(16, 16)))
    html = to_html(fragment)
    assert "16 × 16" in html
    assert "0.5" in html
    assert 'class="histogram"' in html
    (path,) = fragment.files
    assert f'src="../{path}"' in html


def test_members_of_an_archive_are_listed_with_theirs(draw, to_html):
    out = io.BytesIO()
    np.savez_compressed(out, a=np.array([1.0, np.nan]), s=np.array(["x"]), m=np.eye(8))
    html = to_html(draw("a.npz", out.getvalue()))
    assert "m: black 0, white 1" in html
    cells = next(line for line in html.splitlines() if "<bdi>a</bdi>" in line)
    assert ["float64" in cells, cells.count("<bdi>1</bdi>")] == [True, 4]


def test_an_archive_that_unpacks_to_gigabytes_costs_little(draw):
    header = npy(np.zeros(0))[:128].replace(b"(0,)", b"(300000000,)")[:128]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "abc":
            with archive.open(f"{name}.npy", "w") as member:
                member.write(header)
                for _ in range(60):
                    member.write(bytes(1_000_000))
    data = out.getvalue()
    tracemalloc.start()
    fragment = draw("bomb.npz", data)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(fragment.context.listings[0].rows) == 3
    assert peak_bytes < 5_000_000
