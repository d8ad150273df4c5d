"""A real Chromium, the sample site in three places, and a page that hears every complaint.

The places: opened from disk, on a web host below a sub-path, and unzipped into a folder with
spaces and non-ASCII letters in its name.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from tests import zoo as zoo_files

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# No sandbox, because containers run as root; no GPU, because they have none.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
DOWNLOAD_S = 600
# Opening a page on a busy machine; a local page takes well below a second.
WAIT_MS = 40_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str | None:
    """Find a Chromium on the PATH, or the one that Playwright keeps."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def fetch_chromium() -> list[str]:
    """Try to get a Chromium; return what was said where that failed."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        attempts += [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ]
    failures = []
    for command in attempts:
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=DOWNLOAD_S,
                check=False,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            )
        except subprocess.TimeoutExpired:
            failures.append(f"{' '.join(command)}: gave up after {DOWNLOAD_S} s")
            continue
        if done.returncode:
            failures.append(f"{' '.join(command)}: {(done.stderr or done.stdout)[-300:]}")
        elif find_chromium():
            break
    return failures


@pytest.fixture(scope="session")
def chromium_path(unavailable: Callable[[str], object]) -> str:
    """A Chromium that is here, or that could be fetched."""
    try:
        import playwright  # noqa: F401  # only whether it is there
    except ImportError:
        unavailable("no Playwright: pip install -e '.[test]'")
    found = find_chromium()
    if not found:
        failures = fetch_chromium()
        found = find_chromium()
        if not found:
            unavailable("no Chromium, and none could be fetched. " + " / ".join(failures))
    return str(found)


@pytest.fixture(scope="module")
def browser(chromium_path: str):
    """One Chromium for a module; not for longer, since Playwright keeps an event loop running."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Place:
    """Somewhere a site can be opened from."""

    name: str
    root: str
    """URL of the site's root, with a slash at its end."""

    def url(self, path: str) -> str:
        """Return the URL of a site path."""
        return self.root + path


class OneFile(Place):
    """A site in one HTML file: a page of it is part of the address."""

    def url(self, path: str) -> str:
        """Return the URL of a site path."""
        page, _, view = path.partition("#")
        rest = f"&{view.removeprefix('v=1&')}" if view else ""
        return f"{self.root}#v=1&page={page}{rest}"


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: pytest shows what matters."""


def serve(folder: Path) -> ThreadingHTTPServer:
    """Serve a folder on a free port of this machine, in a thread of its own."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def below_sub_path(site: Path, folder: Path) -> Iterator[str]:
    shutil.copytree(site, folder / "a" / "b")
    server = serve(folder)
    yield f"http://127.0.0.1:{server.server_port}/a/b/"
    server.shutdown()
    server.server_close()


def unzipped(site: Path, folder: Path) -> str:
    archive = folder / "report.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(site.rglob("*")):
            packed.write(path, path.relative_to(site))
    target = folder / "スペース 入り report #1 100%"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(target)
    return "file://" + quote(target.as_posix()) + "/"


def in_one_file(site: Path, folder: Path) -> OneFile:
    from reporter.publish.built import open_site
    from reporter.publish.single_file import write_single_file

    path = folder / "添付 report #1 100%.html"
    write_single_file(open_site(str(site)), str(path))
    return OneFile("one-file", path.as_uri())


@pytest.fixture(scope="session", params=["file", "sub-path", "unzipped", "one-file"])
def place(request, sample_site: Path, tmp_path_factory) -> Iterator[Place]:
    """The sample site, in each of the three places."""
    folder = tmp_path_factory.mktemp("place")
    if request.param == "file":
        yield Place(request.param, sample_site.as_uri() + "/")
    elif request.param == "unzipped":
        yield Place(request.param, unzipped(sample_site, folder))
    elif request.param == "one-file":
        yield in_one_file(sample_site, folder)
    else:
        for root in below_sub_path(sample_site, folder):
            yield Place(request.param, root)


@pytest.fixture(scope="session")
def open_place(tmp_path_factory) -> Iterator[Callable[[Path, str], Place]]:
    """Put a site of one's own into a place: ``open_place(site, "sub-path")``."""
    with contextlib.ExitStack() as stack:

        def open_(site: Path, name: str) -> Place:
            if name == "file":
                return Place(name, site.as_uri() + "/")
            if name == "one-file":
                return in_one_file(site, tmp_path_factory.mktemp("place"))
            serving = contextlib.contextmanager(below_sub_path)
            return Place(name, stack.enter_context(serving(site, tmp_path_factory.mktemp("place"))))

        yield open_


@pytest.fixture(scope="session")
def zoo(run_python, report, tmp_path_factory) -> Path:
    """A site with one run that left every kind of file behind. Only to be read."""
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "files.json").write_text(json.dumps(zoo_files.FILES), encoding="utf-8")
    made = run_python("-c", zoo_files.MAKE, str(folder / "runs"), str(folder / "files.json"))
    assert made.returncode == 0, made.stderr
    built = report("build", str(folder / "runs"), "-o", str(folder / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(scope="session")
def on_disk(sample_site: Path) -> Place:
    """The sample site opened from disk: the hard case, where one place is enough."""
    return Place("file", sample_site.as_uri() + "/")


@dataclass
class Complaints:
    """What a page said and asked for that it should not have."""

    root: str
    console: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    csp: list[str] = field(default_factory=list)

    def watch(self, context) -> None:
        """Listen to everything that pages of this context do."""
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failed)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.console.append(f"error: {error.error}"))
        context.expose_function("tellViolation", self._on_violation)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (event) =>"
            " tellViolation(`${event.violatedDirective} ${event.blockedURI}`))"
        )

    def _on_console(self, said) -> None:
        # Reading a canvas twice is what tests do, and Chromium warns of it.
        if "willReadFrequently" not in said.text:
            self.console.append(f"{said.type}: {said.text}")

    def _on_request(self, request) -> None:
        if not request.url.startswith((self.root, "data:", "blob:", "about:")):
            self.outside.append(request.url)

    def _on_failed(self, request) -> None:
        # A page that is left while something loads cancels it: that is no failure.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.failed.append(f"{request.url} {request.failure}")

    def _on_response(self, response) -> None:
        if response.status >= 400:  # where HTTP's errors begin
            self.failed.append(f"{response.url} {response.status}")

    def _on_violation(self, what: str) -> None:
        self.csp.append(what)

    def assert_none(self) -> None:
        """Fail if there was anything at all."""
        assert (self.console, self.outside, self.failed, self.csp) == ([], [], [], [])


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., object]]:
    """Open a page: ``open_page(place, "index.html", width=390)``. Complaints fail the test."""
    opened = []

    def open_(
        place: Place, path: str, *, width: int = 1440, dark: bool = False, touch=False, quiet=True
    ):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            is_mobile=touch,
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(WAIT_MS)
        complaints = Complaints(place.root)
        complaints.watch(context)
        page = context.new_page()
        page.goto(place.url(path))
        opened.append((context, complaints, quiet))
        return page

    yield open_
    for context, complaints, quiet in opened:
        context.close()
        if quiet:
            complaints.assert_none()
