"""Watching runs go on: a page that follows the store by itself, and keeps what is seen."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from reporter.events import MetricsLogged
from reporter.publish.serve import ServeSettings, Serving, open_serving
from reporter.store.writer import FolderWriter
from tests.browser.conftest import Place
from tests.builders import START_MS, make_run, make_store, run_events, run_id_of

# A build and loading a page, on a busy machine.
WAIT_S = 30
COUNT = "() => parseInt(document.querySelector('[data-role=row-count]')?.textContent)"


def last_step(page) -> int:
    """Read off a chart, shown as a table, how far it goes."""
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    page.locator("[data-role=chart] [data-act=table]").first.click()
    cells = page.locator("[data-role=chart] table tbody tr :first-child")
    cells.first.wait_for()
    return max(int(text.replace(",", "")) for text in cells.all_inner_texts() if text.strip())


@pytest.fixture
def store(tmp_path) -> str:
    path = make_store(tmp_path / "runs", {"7": "parabola"})
    for number in range(40):
        start_ms = START_MS + 1000 * number
        metrics = {"loss": [3.0, 2.0, 1.0]}
        make_run(path, f"run {number}", experiment_id="7", metrics=metrics, start_ms=start_ms)
    return path


@pytest.fixture
def serving(store) -> Iterator[Serving]:
    stop = threading.Event()
    with open_serving(ServeSettings(source=store, port=0)) as found:
        found.refresh()
        thread = threading.Thread(target=found.follow, args=(stop, lambda *_: None))
        thread.start()
        yield found
        stop.set()
        thread.join()


def log_points(writer: FolderWriter, start: int, end: int) -> None:
    steps = list(range(start, end))
    writer.append(
        MetricsLogged(
            at_ms=START_MS,
            key="loss",
            values=[1 / (step + 1) for step in steps],
            steps=steps,
            timestamps_ms=[START_MS + step for step in steps],
        )
    )


def wait_until_there(url: str) -> None:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=WAIT_S):
                return
        except urllib.error.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not come")


def test_a_new_row_comes_by_itself_and_the_view_stays(open_page, serving, store):
    page = open_page(Place("served", serving.url), "experiment/7/index.html#v=1&sort=-metrics.loss")
    page.wait_for_function(f"{COUNT.replace('() =>', '() => 40 ===')}")
    page.evaluate("() => { window.isOld = true; }")
    address = page.url
    page.locator("[data-role=runs-table] tbody tr[data-run-id]").first.wait_for()
    page.evaluate("() => document.querySelector('.scroller').scrollTo(0, 300)")
    page.wait_for_function("() => document.querySelector('.scroller').scrollTop === 300")
    make_run(store, "late", experiment_id="7", metrics={"loss": [9.0]})
    page.wait_for_function(f"{COUNT.replace('() =>', '() => 41 ===')}")
    assert page.evaluate("() => window.isOld") is None, "loaded again"
    assert page.url == address
    page.wait_for_function("() => document.querySelector('.scroller').scrollTop === 300")


def test_a_live_run_grows_on_its_page(open_page, serving, store):
    writer = FolderWriter(store, "7", run_id_of("live"), now_ms=lambda: START_MS)
    writer.append(*run_events("live", experiment_id="7", status=None))
    log_points(writer, 0, 10)
    path = f"run/{run_id_of('live')}.html"
    wait_until_there(serving.url + path)
    page = open_page(Place("served", serving.url), path)
    assert "running" in page.locator("main").inner_text().lower()
    assert last_step(page) == 9
    log_points(writer, 10, 400)
    page.wait_for_function("() => document.querySelector('main').innerText.includes('at 399')")
    assert last_step(page) == 399
    writer.append(*run_events("live")[-1:])
    writer.close()
    page.wait_for_function("() => /finished/i.test(document.querySelector('main').innerText)")


def test_nothing_is_loaded_again_while_somebody_types(open_page, serving, store):
    page = open_page(Place("served", serving.url), "experiment/7/index.html")
    page.wait_for_function(f"{COUNT.replace('() =>', '() => 40 ===')}")
    make_run(store, "late", experiment_id="7", metrics={"loss": [9.0]})
    page.locator("[data-role=query]").press_sequentially("metrics.loss < 2", delay=120)
    assert page.locator("[data-role=query]").input_value() == "metrics.loss < 2"
    page.wait_for_function(f"{COUNT.replace('() =>', '() => 40 ===')}")
    assert page.locator("[data-role=query]").input_value() == "metrics.loss < 2"


def test_a_page_that_a_change_is_not_about_stays(open_page, serving, store):
    """The page of a run that has ended, while others come: their data files replace its own."""
    page = open_page(Place("served", serving.url), f"run/{run_id_of('run 3')}.html")
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    page.evaluate("() => { window.isOld = true; }")
    for name in ("late", "later"):
        metrics = {"loss": [9.0, 8.0]}
        make_run(store, name, experiment_id="7", metrics=metrics, start_ms=START_MS + 10**6)
        wait_until_there(f"{serving.url}run/{run_id_of(name)}.html")
    page.wait_for_timeout(500)
    assert page.evaluate("() => window.isOld") is True
