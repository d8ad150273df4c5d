"""Where this system keeps what a program may lose."""

from __future__ import annotations

import os
import sys

__all__ = ["user_cache_folder"]


def user_cache_folder() -> str:
    """Return our folder among the user's caches; it need not exist, or be writable.

    Returns
    -------
    str
        Below the null device, where no folder can be made, when there is no home.
    """
    chosen = os.environ.get("XDG_CACHE_HOME")
    if chosen:
        root = chosen
    elif sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        root = "~/Library/Caches"
    else:
        root = "~/.cache"
    root = os.path.expanduser(root)
    return os.path.join(os.devnull if root.startswith("~") else root, "runpages")
