"""What is in an array: its spread, and a picture of it where it is one.

Only plain numbers are read, by hand, from bytes that somebody else capped; nothing is unpickled.
Pure: bytes in, figures and a PNG out.
"""

from __future__ import annotations

import io
import re
from typing import NamedTuple

import numpy as np

from reporter.renderers.table_summary import draw_histogram

__all__ = ["ArrayFacts", "ArrayPicture", "decode_values", "describe", "draw_picture"]

N_BARS = 30
MAX_SIDE_PX = 512
MIN_SIDE = 4
"""Pictures of fewer rows or columns show nothing that the numbers do not."""

_PLAIN = re.compile(r"([<>=|])([fiub])([1248])")


class ArrayFacts(NamedTuple):
    """How the numbers of an array spread."""

    low: float
    mean: float
    high: float
    n_nan: int
    n_infinite: int
    path: str
    """``d`` of a histogram in a box of 60 by 16."""


class ArrayPicture(NamedTuple):
    """An array as a picture."""

    png: bytes
    width: int
    height: int
    caption: str
    """What black and white stand for, or that the numbers are colours."""


def decode_values(
    data: bytes, descr: str, shape: tuple[int, ...], *, is_fortran: bool
) -> np.ndarray | None:
    """Read numbers.

    Parameters
    ----------
    data : bytes
        The array's own, or their beginning.
    descr : str
        As the header has it, ``<f8``.
    shape : tuple of int
    is_fortran : bool
        Whether the first index runs fastest.

    Returns
    -------
    ndarray or None
        Of `shape` when all of it is there, else flat; None for what is no plain number.
    """
    match = _PLAIN.fullmatch(descr)
    if match is None or (match[2] == "f" and match[3] == "1"):
        return None
    dtype = np.dtype(descr)
    values = np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)
    n_values = int(np.prod(shape, dtype=object)) if shape else 1
    if len(values) < n_values:
        return values
    return values[:n_values].reshape(shape, order="F" if is_fortran else "C")


def describe(values: np.ndarray) -> ArrayFacts | None:
    """Say how numbers spread; None when there are no finite ones.

    Parameters
    ----------
    values : ndarray

    Returns
    -------
    ArrayFacts or None
    """
    numbers = values.astype(np.float64).ravel()
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return None
    n_nan = int(np.isnan(numbers).sum())
    with np.errstate(over="ignore"):
        mean = float(finite.mean())
    return ArrayFacts(
        float(finite.min()),
        mean,
        float(finite.max()),
        n_nan,
        len(numbers) - len(finite) - n_nan,
        draw_histogram(finite, N_BARS),
    )


def draw_picture(values: np.ndarray) -> ArrayPicture | None:
    """Draw an array that can be a picture: rows by columns, with colours, or a stack of such.

    Parameters
    ----------
    values : ndarray
        The whole array.

    Returns
    -------
    ArrayPicture or None
    """
    plane, note = values, ""
    if values.ndim == 3 and values.shape[2] not in (3, 4):
        plane, note = values[0] if len(values) else values, f"first of {len(values):,}, "
    if plane.ndim not in (2, 3) or min(plane.shape[:2]) < MIN_SIDE:
        return None
    stride = max(1, -(-max(plane.shape[:2]) // MAX_SIDE_PX))
    shown = plane[::stride, ::stride]
    is_colour = plane.ndim == 3
    if is_colour and (shown.dtype == np.uint8 or _is_unit(shown)):
        pixels = shown if shown.dtype == np.uint8 else (shown * 255).astype(np.uint8)
        return _picture(pixels, f"{note}as colours")
    if is_colour:
        return None
    return _grey(shown.astype(np.float64), note)


def _is_unit(values: np.ndarray) -> bool:
    return values.dtype.kind == "f" and bool(((values >= 0) & (values <= 1)).all())


def _grey(numbers: np.ndarray, note: str) -> ArrayPicture | None:
    finite = numbers[np.isfinite(numbers)]
    if not len(finite) or not np.isfinite(finite.max() - finite.min()):
        return None
    low, high = float(finite.min()), float(finite.max())
    spread = np.nan_to_num((numbers - low) / (high - low or 1.0), posinf=1.0, neginf=0.0)
    pixels = (spread.clip(0, 1) * 255).astype(np.uint8)
    return _picture(pixels, f"{note}black {low:.4g}, white {high:.4g}")


def _picture(pixels: np.ndarray, caption: str) -> ArrayPicture:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG")
    return ArrayPicture(out.getvalue(), pixels.shape[1], pixels.shape[0], caption)
