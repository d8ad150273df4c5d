"""Do something when a module is first imported, so that nothing is imported for its own sake."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["when_imported"]

Action = Callable[[ModuleType], None]
_pending: dict[str, list[Action]] = {}


def when_imported(name: str, action: Action) -> None:
    """Call a function with a module: now if it is imported already, else once it is.

    Parameters
    ----------
    name : str
        Full name of the module.
    action : callable
        Called in the thread that imports the module, right after the module's own code.
    """
    module = sys.modules.get(name)
    # A module that is being imported by someone right now has no full content yet.
    is_ready = module is not None and not getattr(module.__spec__, "_initializing", False)
    if module is not None and is_ready:
        action(module)
        return
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    _pending.setdefault(name, []).append(action)


class _Finder(MetaPathFinder):
    """Finds pending modules by asking all other finders, and adds to their loading."""

    def __init__(self) -> None:
        self._here = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _pending or getattr(self._here, "asking", "") == fullname:
            return None
        self._here.asking = fullname
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._here.asking = ""
        # To be found is not to be imported: the actions stay until the module is loaded.
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Another loader, and what to do after it."""

    def __init__(self, inner: Loader) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # What looks at the module afterwards (inspect, pkgutil) sees the loader it knows.
        module.__loader__ = self.inner
        if module.__spec__ is not None:
            module.__spec__.loader = self.inner
        self.inner.exec_module(module)
        for action in _pending.pop(module.__name__, ()):
            action(module)
