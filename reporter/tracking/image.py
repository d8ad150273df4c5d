"""An image that can be kept, changed and logged: ``mlflow.Image`` over Pillow."""

from __future__ import annotations

import os
from typing import Any

from reporter.errors import InvalidInputError

__all__ = ["Image"]


class Image:
    """A picture for :func:`reporter.log_image`.

    Parameters
    ----------
    image : ndarray, list, PIL.Image.Image, str or path-like
        Pixels as :func:`reporter.log_image` takes them, or the path of a file.

    Raises
    ------
    InvalidInputError
        It is none of these.
    """

    def __init__(self, image: Any) -> None:  # Any: of libraries that are not imported here
        import numpy as np
        from PIL import Image as Pillow

        from reporter.tracking.serializers import pixels_of

        self.image: Any  # a PIL.Image.Image
        if isinstance(image, (str, os.PathLike)):
            self.image = Pillow.open(image)
        elif isinstance(image, (list, np.ndarray)):
            self.image = Pillow.fromarray(pixels_of(np.asarray(image)))
        elif isinstance(image, Pillow.Image):
            self.image = image
        else:
            raise InvalidInputError(
                f"A {type(image).__name__} is no image.", "Give an array, a PIL image or a path."
            )
        self.size = self.image.size

    def to_array(self) -> Any:  # Any: ndarray
        """Return the pixels as an array, shape (height, width[, channels])."""
        import numpy as np

        return np.array(self.image)

    def to_list(self) -> list[Any]:  # Any: int or tuple of int
        """Return the pixels in rows from the top left, one tuple each where there are channels."""
        pixels = self.to_array()
        flat = pixels.reshape(-1, *pixels.shape[2:]).tolist()
        return [tuple(item) if isinstance(item, list) else item for item in flat]

    def to_pil(self) -> Any:  # Any: PIL.Image.Image
        """Return the PIL image."""
        return self.image

    def resize(self, size: tuple[int, int]) -> Image:
        """Change the image to (width, height); returns itself."""
        self.image = self.image.resize(size)
        self.size = self.image.size
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the image to a file, in the form that its ending asks for."""
        self.image.save(path)
