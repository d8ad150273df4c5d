from __future__ import annotations

import pytest

from reporter.config import ArtifactRule, ArtifactSettings
from reporter.model import Artifact, Experiment
from reporter.site.artifact_rules import ArtifactRules, fits

DIGITS = Experiment(experiment_id="7", name="digits")


def reason(settings: ArtifactSettings, path: str, size_bytes: int = 10, limit: int | None = None):
    rules = ArtifactRules(settings=settings, max_size_bytes=limit)
    return rules.reason(DIGITS, Artifact(path=path, size_bytes=size_bytes))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.png", ["a.png", "x/y/a.png"], ["a.png.txt", "png"]),
        ("plots/*", ["plots/a"], ["plots/a/b", "x/plots/a"]),
        ("plots/**", ["plots/a", "plots/a/b"], ["plots", "x/plots/a"]),
        ("**/a.txt", ["a.txt", "x/a.txt", "x/y/a.txt"], ["xa.txt"]),
        ("a?.[x]", ["a1.[x]"], ["a.[x]", "a1.x"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab"]),
    ],
)
def test_patterns(pattern, yes, no):
    assert [path for path in yes if not fits(pattern, path)] == []
    assert [path for path in no if fits(pattern, path)] == []


def test_everything_goes_in_unless_something_is_said():
    assert reason(ArtifactSettings(), "model.pkl", 10**12) == ""


def test_include_exclude_and_size():
    settings = ArtifactSettings(include=("*.png", "*.pkl"), exclude=("tmp/**",), max_size="1 kB")
    assert reason(settings, "a.png") == ""
    assert reason(settings, "a.csv") == "not included"
    assert reason(settings, "tmp/a.png") == "excluded"
    assert reason(settings, "a.pkl", 1_001) == "larger than 1.0 kB"
    assert reason(settings, "a.pkl", 1_001, limit=2_000) == "", "the command line wins"
    assert reason(settings, "a.pkl", 1, limit=0) == "larger than 0 B"


def test_the_first_rule_that_fits_decides():
    rules = (
        ArtifactRule(path="*.ckpt", experiment="wine", publish=True),
        ArtifactRule(path="best.ckpt", experiment="digits", max_size="5 kB"),
        ArtifactRule(path="*.ckpt", publish=False),
    )
    settings = ArtifactSettings(max_size="1 kB", rules=rules)
    assert reason(settings, "best.ckpt", 4_000) == ""
    assert reason(settings, "best.ckpt", 6_000) == "larger than 5.0 kB"
    assert reason(settings, "last.ckpt") == "not published"
