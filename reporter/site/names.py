"""Names as titles show them: without marks that turn the text around them. Pure."""

from __future__ import annotations

__all__ = ["without_marks"]

_MARKS = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
)
"""Unicode's bidirectional controls. They show nothing and turn what follows around, out of an
element's isolation, too; a browser's tab has no elements."""


def without_marks(name: str) -> str:
    r"""Take the marks of direction out of a name; letters keep the direction of their script.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> without_marks("report\u202efdp.exe")
    'reportfdp.exe'
    """
    return name if name.isascii() else name.translate(_MARKS)
