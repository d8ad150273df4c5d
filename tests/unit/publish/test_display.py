"""What reporter.show makes of what it is given, and of the size it may have."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

import reporter
from reporter.errors import (
    ExperimentNotFoundError,
    InvalidInputError,
    PublishError,
    RunNotFoundError,
)
from reporter.publish.display import Display, embed
from tests.builders import make_run, make_store, run_id_of


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> str:
    path = make_store(tmp_path_factory.mktemp("show") / "runs", {"7": "digits", "8": "wine"})
    for name in ("first", "second"):
        artifacts = {"noise.bin": bytes(range(256)) * 200}
        make_run(path, name, experiment_id="7", metrics={"loss": [2, 1]}, artifacts=artifacts)
    make_run(path, "third", experiment_id="8", metrics={"loss": [3.0]})
    return path


def document(shown: Display) -> str:
    """The text of the frame."""
    return html.unescape(re.search(r'srcdoc="([^"]*)"', shown._repr_html_()).group(1))


def start(shown: Display) -> str:
    return html.unescape(re.search(r'data-start="([^"]*)"', document(shown)).group(1))


RUN = f"v=1&page=run/{run_id_of('first')}.html"
DIGITS = "v=1&page=experiment/7/index.html"


def frame(store: str, filter_string: str = "") -> pd.DataFrame:
    reporter.set_tracking_uri(store)
    try:
        return reporter.search_runs(search_all_experiments=True, filter_string=filter_string)
    finally:
        reporter.set_tracking_uri("")


@pytest.mark.parametrize(
    ("make", "summary", "page"),
    [
        (lambda store: None, "3 runs", "v=1&page=index.html"),
        (lambda store: "digits", "2 runs", DIGITS),
        (lambda store: "7", "2 runs", DIGITS),
        (lambda store: run_id_of("first"), "1 run;", RUN),
        (lambda store: reporter.Client(store).get_run(run_id_of("first")), "1 run;", RUN),
        (lambda store: reporter.Client(store).get_experiment("7"), "2 runs", DIGITS),
        (frame, "3 runs", "v=1&page=index.html"),
        (lambda store: frame(store, "attributes.run_name = 'first'"), "1 run;", RUN),
        (lambda store: frame(store).iloc[0], "1 run;", "v=1&page=run/"),
        (lambda store: ["digits", run_id_of("first"), "wine"], "3 runs", "v=1&page=index.html"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_can_be_shown(store, make, summary, page):
    shown = reporter.show(make(store), store=store)
    assert summary in repr(shown)
    assert start(shown).startswith(page)


def test_a_view_is_what_an_experiment_begins_with(store):
    assert start(reporter.show("digits", view="charts", store=store)) == f"{DIGITS}&tab=charts"


@pytest.mark.parametrize(
    ("what", "options", "error", "sentence"),
    [
        ("digit", {}, ExperimentNotFoundError, "Did you mean 'digits'"),
        (run_id_of("nobody"), {}, RunNotFoundError, run_id_of("nobody")),
        (7, {}, InvalidInputError, "Nothing to show in 7"),
        ([], {}, InvalidInputError, "no run to show"),
        (pd.DataFrame({"a": [1]}), {}, InvalidInputError, "no column 'run_id'"),
        ("digits", {"view": "chart"}, InvalidInputError, "Did you mean 'charts'"),
        ("digits", {"max_bytes": 1000}, PublishError, "max_bytes="),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_shown(store, what, options, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        reporter.show(what, store=store, **options)


def test_artifacts_are_left_out_to_keep_a_notebook_small(store):
    whole = reporter.show("digits", store=store)
    smaller = reporter.show("digits", store=store, max_bytes=whole.size_bytes - 20_000)
    assert smaller.size_bytes < whole.size_bytes


def test_the_frame_is_a_sandbox_and_asks_for_nothing(store):
    text = reporter.show("digits", store=store)._repr_html_()
    sandbox = re.search(r'sandbox="([^"]*)"', text).group(1).split()
    assert "allow-scripts" in sandbox
    assert "allow-same-origin" not in sandbox
    outer = re.sub(r'srcdoc="[^"]*"', "", text)
    assert not re.search(r"(src|href)=", outer)


def test_notebooks_get_words_too(store):
    shown = reporter.show("digits", store=store)
    bundle = shown._repr_mimebundle_()
    assert bundle["text/html"].startswith("<iframe")
    assert bundle["text/plain"] == repr(shown)


def test_it_can_be_saved(store, tmp_path):
    shown = reporter.show("digits", store=store)
    shown.save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == document(shown)


def test_everything_that_is_put_in_finds_its_place(store):
    text = document(reporter.show("digits", store=store))
    assert text.count("data-start=") == text.count("location.hash.length < 2") == 1
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert policy.count("sha256-") >= 2
    assert embed("<p>", "x") == "<p>"


def test_a_name_cannot_break_out(tmp_path):
    store = make_store(tmp_path / "runs", {"7": '"></iframe><script>alert(1)</script>'})
    make_run(store, "first", experiment_id="7", metrics={"loss": [1.0]})
    text = reporter.show(store=store)._repr_html_()
    assert text.count("<iframe") == text.count("</iframe>") == 1
    assert "<script" not in text
