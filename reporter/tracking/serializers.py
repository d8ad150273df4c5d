"""Turn what people log (figures, images, tables) into bytes, without importing their libraries.

A registry from type to function. A type is named by a pattern over its qualified name and found
along the value's own class order, so nothing has to be imported to recognise it. Other packages
add theirs through the entry-point group ``reporter.serializers``, each a function that calls
:func:`serializer`.
"""

from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from reporter.errors import InvalidInputError
from reporter.plugins import load_plugins

__all__ = ["encode_png", "pixels_of", "serialize_figure", "serialize_image", "serializer"]

# Any: values of libraries that are never imported here.
Serializer = Callable[[Any, str, Mapping[str, Any]], bytes]
_FIGURES: dict[str, Serializer] = {}
_IMAGES: dict[str, Serializer] = {}
_KINDS = {"figure": _FIGURES, "image": _IMAGES}


def serializer(kind: str, pattern: str) -> Callable[[Serializer], Serializer]:
    """Register a function for a type.

    Parameters
    ----------
    kind : {"figure", "image"}
    pattern : str
        Of the type's qualified name, with ``*``: ``"matplotlib.figure.Figure*"``.

    Returns
    -------
    callable
        A decorator for a function ``(value, suffix, options) -> bytes``; `suffix` is that of the
        file wanted, in small letters, without the dot.
    """

    def register(function: Serializer) -> Serializer:
        _KINDS[kind][pattern] = function
        return function

    return register


def serialize_figure(figure: object, path: str, options: Mapping[str, Any]) -> bytes:
    """Write a figure in the form that the path's suffix asks for.

    Parameters
    ----------
    figure : matplotlib, plotly or altair figure
    path : str
    options : mapping
        Passed to the library's own saving function.

    Raises
    ------
    InvalidInputError
        Nobody knows the figure's type, or its library cannot write this suffix.
    """
    return _serialize("figure", figure, path, options)


def serialize_image(image: object, path: str) -> bytes:
    """Write an image (array, PIL image, torch tensor) as the path's suffix asks for."""
    return _serialize("image", image, path, {})


def _serialize(kind: str, value: object, path: str, options: Mapping[str, Any]) -> bytes:
    suffix = os.path.splitext(path)[1].lower().removeprefix(".")
    load_plugins("reporter.serializers")
    function = _find(_KINDS[kind], type(value))
    if function is None:
        raise InvalidInputError(
            f"Cannot log a {_name_of(type(value))} as {kind}.",
            f"Known are {', '.join(_KINDS[kind])}; save it yourself and call log_artifact().",
        )
    return function(value, suffix, options)


def _find(registry: Mapping[str, Serializer], cls: type) -> Serializer | None:
    for base in cls.__mro__:
        name = _name_of(base)
        for pattern, function in registry.items():
            if fnmatchcase(name, pattern):
                return function
    return None


def _name_of(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


@serializer("figure", "matplotlib.figure.FigureBase")
@serializer("figure", "matplotlib.figure.Figure")
def _matplotlib(figure: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    try:
        figure.savefig(buffer, **{"format": suffix or "png", **options})
    except ValueError as error:
        raise InvalidInputError(f"matplotlib cannot write '.{suffix}': {error}") from error
    return buffer.getvalue()


@serializer("figure", "plotly.basedatatypes.BaseFigure")
def _plotly(figure: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    # plotly would draw a random id for the page's element: equal figures shall be equal bytes
    if suffix == "json":
        return str(figure.to_json(**options)).encode()
    if suffix in ("html", "htm"):
        return str(
            figure.to_html(**{"include_plotlyjs": "cdn", "div_id": "figure", **options})
        ).encode()
    try:
        return bytes(figure.to_image(**{"format": suffix, **options}))
    except (ValueError, RuntimeError, ImportError) as error:
        raise InvalidInputError(
            f"plotly cannot write '.{suffix}': {error}", "Log an .html or .json."
        ) from error


@serializer("figure", "altair.*.TopLevelMixin")
def _altair(figure: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    if suffix == "json":
        return str(figure.to_json(**options)).encode()
    if suffix in ("html", "htm"):
        return str(figure.to_html(**{"inline": True, **options})).encode()
    is_text = suffix == "svg"
    buffer = io.StringIO() if is_text else io.BytesIO()
    figure.save(buffer, **{"format": suffix, **options})
    content = buffer.getvalue()
    return content.encode() if isinstance(content, str) else content


@serializer("image", "PIL.Image.Image")
def _pillow(image: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    kind = {"jpg": "jpeg"}.get(suffix, suffix)
    picture = (
        image if kind != "jpeg" or image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")
    )
    picture.save(buffer, format=kind or "png", **options)
    return buffer.getvalue()


@serializer("image", "torch.Tensor")
def _tensor(image: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    array = image.detach().cpu().numpy()
    if array.ndim == 3 and array.shape[0] in (1, 3, 4) and array.shape[-1] not in (1, 3, 4):
        array = array.transpose(1, 2, 0)
    return _array(array, suffix, options)


@serializer("image", "numpy.ndarray")
def _array(image: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    pixels = pixels_of(image)
    if suffix in ("", "png"):
        return encode_png(pixels)
    try:
        from PIL import Image
    except ImportError as error:
        raise InvalidInputError(
            f"Writing an array as '.{suffix}' needs Pillow.", "Install it, or log a .png."
        ) from error
    return _pillow(Image.fromarray(pixels), suffix, options)


@serializer("image", "reporter.tracking.image.Image")
def _image(image: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    return _pillow(image.to_pil(), suffix, options)


def pixels_of(image: Any) -> Any:  # Any: ndarray
    """Bring an array of any dtype and range to uint8, shape (height, width[, 3 | 4]).

    Parameters
    ----------
    image : ndarray, shape (height, width[, 1 | 3 | 4])
        Integers from 0 to 255, floats from 0 to 1 (others are scaled to that), or booleans.

    Raises
    ------
    InvalidInputError
        Another shape, type or range.
    """
    import numpy as np

    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise InvalidInputError(
            f"An image of shape {image.shape} cannot be logged.",
            "Give (height, width), (height, width, 1), (height, width, 3) or (height, width, 4).",
        )
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * 255
    if image.dtype.kind in "iu":
        if image.size and (image.min() < 0 or image.max() > 255):
            raise InvalidInputError(
                f"Integer pixels lie between 0 and 255, these between {image.min()} and "
                f"{image.max()}.",
                "Scale them first.",
            )
        return image.astype(np.uint8)
    if image.dtype.kind != "f":
        raise InvalidInputError(f"An image of {image.dtype} cannot be logged.", "Use numbers.")
    pixels = image.astype(np.float64)
    finite = pixels[np.isfinite(pixels)]
    if finite.size and (finite.min() < 0 or finite.max() > 1):
        low, high = finite.min(), finite.max()
        warnings.warn(
            f"Float pixels lie between 0 and 1; these, between {low:.4g} and {high:.4g}, are "
            "scaled so that the least is black and the greatest white.",
            stacklevel=6,
        )
        pixels = (pixels - low) / (high - low) if high > low else pixels
    # Cut off rather than rounded, as MLflow does: equal pixels for equal arrays.
    return (np.nan_to_num(pixels).clip(0, 1) * 255).astype(np.uint8)


def encode_png(pixels: Any) -> bytes:
    """Write pixels as PNG.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width) or (height, width, 1 | 2 | 3 | 4)
        Grey, grey and alpha, RGB, or RGB and alpha.

    Returns
    -------
    bytes
    """
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    rows = pixels.reshape(height, width * channels)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    color_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
