"""A smoke pass through Firefox, from disk: every kind of page paints and answers.

Playwright drives only Firefoxes of its own making. The one that is installed is driven by what it
has built in: Marionette, commands as JSON over a local socket. Its recommended settings for tests
are left off, because they would allow files to read each other, which readers' browsers do not.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporter.store.reader import open_store

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("firefox-esr", "firefox")
START_S = 60
SCRIPT_MS = 60_000
SETTINGS = {
    "remote.prefs.recommended": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "network.proxy.type": 0,
}

# Waits until something is so, then says what: the last argument of an asynchronous script is how
# it answers.
WAIT = """
const done = arguments[arguments.length - 1];
const ask = () => { try { return %s; } catch (error) { return null; } };
const look = () => { const said = ask(); said ? done(said) : setTimeout(look, 50); };
look();
"""
COUNT = "document.querySelector('[data-role=row-count]').textContent"


class Firefox:
    """A Firefox without a window, and the socket over which it is told what to do."""

    def __init__(self, program: str, profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = SETTINGS | {"marionette.port": port}
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in settings.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command = [program, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._socket = self._connect(port)
        self._stream = self._socket.makefile("rb")
        self._n = 0
        self._read()  # it introduces itself
        self.tell("WebDriver:NewSession")
        self.tell("WebDriver:SetTimeouts", script=SCRIPT_MS, pageLoad=SCRIPT_MS)

    def _connect(self, port: int) -> socket.socket:
        end = time.monotonic() + START_S
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=START_S)
            except ConnectionRefusedError:
                assert time.monotonic() < end, "Firefox does not listen"
                assert self._process.poll() is None, "Firefox did not start"
                time.sleep(0.1)

    def _read(self):
        digits = b""
        while (byte := self._stream.read(1)) != b":":
            assert byte, "Firefox has gone"
            digits += byte
        return json.loads(self._stream.read(int(digits)))

    def tell(self, name: str, **what):
        """Send a command and return its answer."""
        self._n += 1
        text = json.dumps([0, self._n, name, what]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, answer = self._read()
        assert error is None, f"{name}: {error['message']}"
        return answer

    def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        self.tell("WebDriver:Navigate", url=url)

    def wait_for(self, expression: str):
        """Wait until an expression is true in the page; return what it gives."""
        answer = self.tell("WebDriver:ExecuteAsyncScript", script=WAIT % expression, args=[])
        return answer["value"]

    def run(self, script: str):
        """Run a script in the page; return what it returns."""
        return self.tell("WebDriver:ExecuteScript", script=script, args=[])["value"]

    def close(self) -> None:
        """End it."""
        self._stream.close()
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=START_S)


@pytest.fixture(scope="module")
def firefox(tmp_path_factory) -> Iterator[Firefox]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Firefox on the PATH; Chromium is what every change is tested with")
    found = Firefox(program, tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def fullest():
    """The sample run with the most pictures, and of those the one with the most metrics."""

    def size(run) -> tuple[int, int]:
        pictures = [item for item in run.artifacts if item.path.endswith(".png")]
        return len(pictures), len(run.data.summaries)

    return max(open_store(ROOT / "sample_runs").runs(), key=size)


@pytest.fixture(scope="module")
def experiment(fullest) -> str:
    return fullest.info.experiment_id


def test_home_paints(firefox, on_disk, fullest, experiment):
    firefox.open(on_disk.url("index.html"))
    links = firefox.run("return [...document.links].map((link) => link.href)")
    assert any(f"experiment/{experiment}/" in link for link in links)
    assert firefox.wait_for("document.querySelector('[data-role=chart][data-state=ready] canvas')")


def test_the_table_answers(firefox, on_disk, experiment):
    members = list(open_store(ROOT / "sample_runs").runs([experiment]))
    firefox.open(on_disk.url(f"experiment/{experiment}/index.html#v=1&theme=dark&group=repeats"))
    assert firefox.wait_for(f"{COUNT}.includes(' of {len(members)} run') && {COUNT}")
    assert firefox.wait_for("document.querySelectorAll('tr.heading').length")
    assert firefox.run("return getComputedStyle(document.documentElement).colorScheme") == "dark"
    firefox.run(
        "const box = document.querySelector('[data-role=query]'); box.value = 'nothing-has-this';"
        "box.dispatchEvent(new InputEvent('input', { bubbles: true }));"
    )
    assert firefox.wait_for(f"{COUNT}.startsWith('0 of ')")
    assert firefox.wait_for("location.hash.includes('nothing-has-this')")


def test_charts_are_drawn(firefox, on_disk, experiment):
    firefox.open(on_disk.url(f"experiment/{experiment}/index.html#v=1&tab=charts"))
    drawn = "#charts [data-role=chart][data-state=ready] canvas"
    assert firefox.wait_for(f"document.querySelector('{drawn}')?.width")


def test_a_run_shows_its_figures(firefox, on_disk, fullest):
    firefox.open(on_disk.url(f"run/{fullest.info.run_id}.html"))
    assert fullest.info.run_name in firefox.run("return document.querySelector('h1').textContent")
    figure = (
        "[...document.querySelectorAll('[data-role=figure] img')].find((one) => one.offsetParent)"
    )
    assert firefox.wait_for(f"{figure}.scrollIntoView() || {figure}.naturalWidth")


def test_runs_are_compared(firefox, on_disk, experiment):
    runs = list(open_store(ROOT / "sample_runs").runs([experiment]))[:2]
    ids = ",".join(run.info.run_id for run in runs)
    firefox.open(on_disk.url(f"compare.html#v=1&runs={ids}"))
    for run in runs:
        name = json.dumps(run.info.run_name)
        assert firefox.wait_for(f"document.querySelector('main').textContent.includes({name})")
