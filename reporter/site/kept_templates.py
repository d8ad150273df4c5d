"""Compiled templates in the user's cache: making them takes half as long as a small rebuild.

Knows nothing of what the templates say. Jinja compares each with its source and makes it again when
they differ.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from reporter.store.user_cache import user_cache_folder

__all__ = ["kept_templates"]


class _KeptTemplates(jinja2.FileSystemBytecodeCache):
    """Files that a full disk or another process may leave unwritten: they are only made again."""

    def load_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def kept_templates(settings: Path) -> jinja2.BytecodeCache | None:
    """Return where an environment finds its compiled templates and leaves new ones.

    Parameters
    ----------
    settings : Path
        The module that sets the environment up: templates compiled by another one are not used.

    Returns
    -------
    jinja2.BytecodeCache or None
        None where nothing can be kept.
    """
    made_by = hashlib.sha256(jinja2.__version__.encode() + settings.read_bytes()).hexdigest()[:16]
    folder = os.path.join(user_cache_folder(), "templates")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return _KeptTemplates(folder, f"{made_by}-%s.bin")
