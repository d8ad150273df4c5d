"""Which artifacts go into the site: by pattern and by size. Pure.

What is left out stays listed where it would have been, with its size and the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from reporter.config import ArtifactRule, ArtifactSettings
from reporter.model import Artifact, Experiment
from reporter.site.numbers import format_bytes

__all__ = ["ArtifactRules", "fits"]


@dataclass(frozen=True, kw_only=True)
class ArtifactRules:
    """The rules of one build.

    Parameters
    ----------
    settings : ArtifactSettings
        From the configuration.
    max_size_bytes : int or None
        From the command line; goes over every limit of the configuration.
    """

    settings: ArtifactSettings = field(default_factory=ArtifactSettings)
    max_size_bytes: int | None = None

    def reason(self, experiment: Experiment, artifact: Artifact) -> str:
        """Say why an artifact is left out.

        Parameters
        ----------
        experiment : Experiment
        artifact : Artifact

        Returns
        -------
        str
            Empty when it goes into the site.
        """
        rule = self._rule(experiment, artifact.path)
        if rule is not None:
            return self._over(rule.max_size_bytes, artifact) if rule.publish else "not published"
        settings = self.settings
        if settings.include and not any(fits(p, artifact.path) for p in settings.include):
            return "not included"
        if any(fits(pattern, artifact.path) for pattern in settings.exclude):
            return "excluded"
        return self._over(settings.max_size_bytes, artifact)

    def _rule(self, experiment: Experiment, path: str) -> ArtifactRule | None:
        names = ("", experiment.name, experiment.experiment_id)
        rules = (rule for rule in self.settings.rules if rule.experiment in names)
        return next((rule for rule in rules if fits(rule.path, path)), None)

    def _over(self, limit_bytes: int | None, artifact: Artifact) -> str:
        limit = limit_bytes if self.max_size_bytes is None else self.max_size_bytes
        if limit is None or artifact.size_bytes <= limit:
            return ""
        return f"larger than {format_bytes(limit)}"


def fits(pattern: str, path: str) -> bool:
    """Tell whether a path fits a pattern.

    Parameters
    ----------
    pattern : str
        ``*`` stands for anything but ``/``, ``**`` for anything, ``?`` for one character; without
        a ``/`` it is matched against the last part of the path.
    path : str

    Returns
    -------
    bool

    Examples
    --------
    >>> fits("*.png", "plots/roc.png"), fits("plots/*", "plots/a/b.png"), fits("**/b.png", "b.png")
    (True, False, True)
    """
    subject = path if "/" in pattern else path.rsplit("/", 1)[-1]
    return _compiled(pattern).fullmatch(subject) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts), re.DOTALL)
