"""The most specific pattern wins, and nothing that was logged stops a build."""

from __future__ import annotations

import dataclasses
import importlib.metadata

import pytest

from reporter import renderers
from reporter.plugins import load_plugins
from reporter.renderers import registry
from reporter.renderers.registry import RENDERERS, Fragment, render, renderer, renderer_for


@pytest.fixture
def patterns(monkeypatch):
    """An empty registry."""
    monkeypatch.setattr(registry, "RENDERERS", {})
    return registry.RENDERERS


def _renderer(name):
    return lambda request: Fragment(template=name, context=None)


def test_the_most_specific_pattern_wins_and_a_pattern_can_be_taken_over(patterns):
    for pattern in ("*/*", "image/*", "image/png", "*/png"):
        renderer(pattern)(_renderer(pattern))
    again = _renderer("again")
    renderer("image/*")(again)
    assert renderer_for("image/png")(None).template == "image/png"
    assert renderer_for("IMAGE/gif") is again
    assert renderer_for("text/x")(None).template == "*/*"


def test_equally_specific_patterns_go_to_the_later(patterns):
    renderer("application/*+json")(_renderer("first"))
    renderer("application/vnd.*")(_renderer("second"))
    assert renderer_for("application/vnd.a+json")(None).template == "first"
    renderer("application/x*y+json")(_renderer("a"))
    renderer("application/xx*+json")(_renderer("b"))
    assert renderer_for("application/xxy+json")(None).template == "b"


def test_without_a_fallback_there_may_be_no_renderer(patterns):
    with pytest.raises(LookupError, match="image/png"):
        renderer_for("image/png")


def test_there_is_a_renderer_for_everything():
    assert renderer_for("no/such-kind") is RENDERERS["*/*"]


def test_a_renderer_that_fails_becomes_a_problem(patterns, draw):
    @renderer("*/*")
    def fail(request):
        raise RuntimeError("broken\nrenderer")

    fragment = draw("a.bin", b"x")
    assert fragment.problem.what == "Artifact not shown"
    assert fragment.problem.where.endswith("/a.bin")
    assert "broken renderer" in fragment.problem.detail


def test_a_file_that_is_gone_becomes_a_problem_with_a_hole_in_the_gallery(draw, to_html):
    def gone():
        raise FileNotFoundError("roc.png")

    fragment = draw("roc.png", b"", open=gone, media_type="", site_path="", kind="figure")
    assert fragment.problem.severity == "error"
    assert fragment.is_figure
    assert 'class="hole"' in to_html(fragment)


def test_entry_points_register_renderers(patterns, monkeypatch):
    class Entry:
        name = "third"

        @staticmethod
        def load():
            return lambda: renderer("chemical/x-pdb")(_renderer("pdb"))

    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [Entry])
    load_plugins.cache_clear()
    registry.load_entry_points()
    load_plugins.cache_clear()
    assert renderer_for("chemical/x-pdb")(None).template == "pdb"


def test_links_are_percent_encoded(draw):
    request = renderers.ArtifactRequest(
        run_id="r",
        artifact=None,
        media_type="",
        open=None,
        site_path="artifacts/r/100% #1?.png",
        root="../../",
    )
    assert request.href == "../../artifacts/r/100%25%20%231%3F.png"
    assert dataclasses.replace(request, site_path="").href == ""


def test_render_is_the_one_way_in():
    assert renderers.render is render


def test_the_environment_names_what_is_missing(monkeypatch):
    def version(name):
        if name == "plotly":
            raise registry.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(registry.metadata, "version", version)
    assert "plotly missing" in renderers.environment()
    assert "nh3 1.0" in renderers.environment()
