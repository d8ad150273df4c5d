"""What was installed where a run ran: the lists that it recorded, as rows and a command. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from reporter.site.cells import plural
from reporter.site.run.contexts import PackageCard, PackageRow

__all__ = ["install_command", "package_card"]

_DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "git": "gitpython",
    "google.protobuf": "protobuf",
    "pil": "pillow",
    "reporter": "runpages",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}
"""Packages that are imported under another name than they are installed under."""

_WORD = re.compile(r"[A-Za-z0-9][\w.+!-]*")


def package_card(tags: Mapping[str, str]) -> PackageCard | None:
    """List the packages of a run: those that it had imported first.

    Parameters
    ----------
    tags : mapping of str to str
        Of the run.

    Returns
    -------
    PackageCard or None
        None when nothing was recorded.
    """
    installed = _read(tags.get("reporter.installed", ""))
    imported = _distributions(tags, installed)
    others = {name: version for name, version in installed.items() if name not in imported}
    rows = [PackageRow(name=n, version=v, is_imported=True) for n, v in imported.items()]
    rows += [PackageRow(name=n, version=v, is_imported=False) for n, v in others.items()]
    if not rows:
        return None
    counts = [f"{plural(len(imported), 'package')} imported"] if imported else []
    counts += [f"{plural(len(rows), 'package')} installed"] if installed else []
    return PackageCard(rows=tuple(rows), note=", ".join(counts))


def install_command(tags: Mapping[str, str]) -> str:
    """Say how to install what a run had imported; empty when it was not recorded.

    Examples
    --------
    >>> install_command({"reporter.packages": "sklearn==1.5.0 numpy==2.0.1"})
    'pip install numpy==2.0.1 scikit-learn==1.5.0'
    """
    found = _distributions(tags, _read(tags.get("reporter.installed", "")))
    words = [f"{name}=={version}" for name, version in found.items() if version]
    return " ".join(["pip install", *map(shlex.quote, words)]) if words else ""


def _read(text: str) -> dict[str, str]:
    """Read ``name==version`` words; anything else in the tag is passed over."""
    found = {}
    for word in text.split():
        name, _, version = word.partition("==")
        if _WORD.fullmatch(name) and (not version or _WORD.fullmatch(version)):
            found[name] = version
    return found


def _distributions(tags: Mapping[str, str], installed: Mapping[str, str]) -> dict[str, str]:
    """Name what was imported as it is installed: the name that pip knows, where that is known."""
    known = {_canonical(name): name for name in installed}
    found = {}
    for module, version in _read(tags.get("reporter.packages", "")).items():
        canonical = _canonical(_DISTRIBUTIONS.get(module.lower(), module))
        name = known.get(canonical, _DISTRIBUTIONS.get(module.lower(), module))
        found[name] = installed.get(name) or version
    return {name: found[name] for name in sorted(found, key=str.lower)}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
