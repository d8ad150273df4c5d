"""Serving as a whole, as the command does it: in a process of its own, ended by signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reporter.errors import ReporterError
from reporter.publish.serve import ServeSettings, open_serving
from tests.builders import make_run, make_store

# Starting Python and building a small site on a busy machine.
WAIT_S = 60


@pytest.fixture
def store(tmp_path) -> str:
    path = make_store(tmp_path / "runs")
    make_run(path, "first", metrics={"loss": [3.0, 2.0]})
    return path


@contextmanager
def serving(environment, cwd: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "reporter.cli", "serve", *arguments],
        cwd=cwd,
        env=environment | {"TMPDIR": str(cwd)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=WAIT_S) as answer:
        return answer.read().decode()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_ended(store, environment, tmp_path, end):
    with serving(environment, tmp_path, store, "--port", "0", "--title", "Digits") as process:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        assert "<title>Digits" in read(url)
        assert list(tmp_path.glob("report-*"))
        process.send_signal(end)
        _, told = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0, told
    assert "1 run" in told
    assert "Ended." in told
    assert not list(tmp_path.glob("report-*")), "the temporary site is gone"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "There is no"),
        (("runs", "--host", "192.0.2.1"), "Cannot serve at '192.0.2.1'"),
    ],
)
def test_wrong_use_is_one_sentence(store, report, tmp_path, arguments, sentence):
    done = report("serve", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def follow(serving, outcomes: list, stop: threading.Event) -> threading.Thread:
    def tell(outcome: object, took_s: float) -> None:
        outcomes.append(outcome)

    thread = threading.Thread(target=serving.follow, args=(stop, tell))
    thread.start()
    return thread


def wait_for(condition) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_changes_is_built_and_what_fails_is_told(store, tmp_path):
    """A store that is away for a moment costs a message; the site stays and is mended later."""
    site = tmp_path / "site"
    stop, outcomes = threading.Event(), []
    with open_serving(ServeSettings(source=store, output=str(site), port=0)) as serving:
        serving.refresh()
        thread = follow(serving, outcomes, stop)
        try:
            make_run(store, "second", metrics={"loss": [1.0]})
            wait_for(lambda: any(getattr(one, "n_runs", 0) == 2 for one in outcomes))
            assert "second" in read(serving.url)
            os.rename(store, store + "-away")
            wait_for(lambda: isinstance(outcomes[-1], ReporterError))
            assert "second" in read(serving.url)
            os.rename(store + "-away", store)
            make_run(store, "third", metrics={"loss": [1.0]})
            wait_for(lambda: getattr(outcomes[-1], "n_runs", 0) == 3)
        finally:
            stop.set()
            thread.join()
    assert (site / "report.manifest.json").exists()
    assert "_served" not in (site / "index.html").read_text(encoding="utf-8")


def test_a_built_site_is_served_as_it_is(make_site):
    site = make_site({"index.html": b'<html data-report="a"><head></head>one'})
    stop, outcomes = threading.Event(), []
    with open_serving(ServeSettings(source=str(site), port=0)) as serving:
        assert serving.refresh() is None
        assert "one" in read(serving.url)
        before = read(serving.url)
        thread = follow(serving, outcomes, stop)
        try:
            make_site({"index.html": b'<html data-report="a"><head></head>two'})
            wait_for(lambda: outcomes)
        finally:
            stop.set()
            thread.join()
        assert read(serving.url) != before
    assert outcomes == [None]


def test_a_changed_configuration_is_followed_and_a_wrong_one_told(store, tmp_path):
    config = tmp_path / "report.toml"
    config.write_text('title = "One"\n', encoding="utf-8")
    stop, outcomes = threading.Event(), []
    settings = ServeSettings(source=store, config=str(config), port=0)
    with open_serving(settings) as serving:
        serving.refresh()
        assert "<title>One" in read(serving.url)
        thread = follow(serving, outcomes, stop)
        try:
            config.write_text('titel = "Two"\n', encoding="utf-8")
            wait_for(lambda: any("titel" in str(one) for one in outcomes))
            config.write_text('title = "Two"\n', encoding="utf-8")
            wait_for(lambda: "<title>Two" in read(serving.url))
        finally:
            stop.set()
            thread.join()


def test_secrets_are_looked_for_where_others_may_read():
    assert ServeSettings(source="runs").is_private
    assert not ServeSettings(source="runs", output="site").is_private
    assert not ServeSettings(source="runs", host="0.0.0.0").is_private
