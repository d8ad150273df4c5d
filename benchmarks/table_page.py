"""How fast the runs table answers, from the event in the page to the paint that shows the result.

Builds sites of 10,000 and 100,000 runs with 30 columns (or opens one that is there), opens them
from disk in a real Chromium, does what a person does, and prints milliseconds and ratios: of
loading to an empty page (E), of everything else to a key that changes one word on a page that
holds nothing else (F), which is what the browser needs for any answer.

    python benchmarks/table_page.py [--runs 10000 100000] [--site FOLDER] [--repeat 3]

Demanded: ready <= 4 E at 10,000 runs and <= 15 E at 100,000; a keystroke, a sort, a group
<= 100 ms and <= 200 ms; <= 3,000 elements in the document.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from tests.many_runs import ManyRuns

WAIT_MS = 120_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

EMPTY = "<!doctype html><title>empty</title><p>Nothing."
WORD = "<!doctype html><title>word</title><input><p></p><script>{}</script>".format(
    "const p = document.querySelector('p');"
    "document.querySelector('input').oninput = (event) => { p.textContent = event.target.value; };"
)

# The time of the first event of a kind, and of the task after the paint that follows it. What the
# page does in the event, and in the frame after it, lies between.
WATCH = """
window.afterPaint = (done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
});
window.answers = new Promise((resolve) => addEventListener("DOMContentLoaded", () => {
  const count = document.querySelector("[data-role=row-count]");
  if (!count) return;
  const check = () => /^[0-9]/.test(count.textContent) && afterPaint(resolve);
  new MutationObserver(check).observe(count, { childList: true });
  check();
}));
window.arm = (kind) => {
  window.answer = new Promise((resolve) => {
    const note = (event) => afterPaint((at) => resolve(at - event.timeStamp));
    addEventListener(kind, note, { capture: true, once: true });
  });
};
"""
LOADED = "() => new Promise((done) => afterPaint(done))"
READY = "() => answers"
ALL_HERE = "() => reporter.tables.begun.then((table) => table.completed)"

Times = dict[str, list[float]]
EMPTY_PAGE, ONE_WORD = "E, an empty page", "F, one word changes"
LOADS = (EMPTY_PAGE, "ready", "all columns here")


def timed(page: Page, kind: str, act: Callable[[], object]) -> float:
    """Milliseconds from the event that an act makes to the paint after it."""
    page.evaluate("(kind) => arm(kind)", kind)
    act()
    return float(page.evaluate("() => answer"))


def rest(page: Page) -> None:
    """What a person does between two acts: nothing, while the page may finish what can wait."""
    page.wait_for_timeout(400)


def note(times: Times, what: str, ms: float) -> None:
    times.setdefault(what, []).append(ms)


def load(browser: Browser, address: str) -> Page:
    """Open an address in a fresh window."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(WATCH)
    page.goto(address)
    return page


def type_text(page: Page, text: str, times: Times, what: str) -> None:
    """Type into the search, key by key."""
    page.locator("[data-role=query]").click()
    for key in text:
        note(times, what, timed(page, "input", lambda key=key: page.keyboard.press(key)))
        page.wait_for_timeout(80)
    rest(page)


def clear(page: Page, times: Times) -> None:
    page.locator("[data-role=query]").click()
    page.keyboard.press("Control+a")
    note(times, "search emptied", timed(page, "input", lambda: page.keyboard.press("Delete")))
    rest(page)


def sort_by(page: Page, column: str, times: Times, what: str) -> None:
    button = page.locator(f"th[data-column='{column}'] button").first
    button.scroll_into_view_if_needed()
    rest(page)
    note(times, what, timed(page, "click", button.click))
    rest(page)


def group_by(page: Page, choice: str, times: Times, what: str) -> None:
    box = page.locator(f"[data-role=group-panel] input[value='{choice}']")
    note(times, what, timed(page, "change", box.first.click))
    rest(page)


def scroll(page: Page, times: Times) -> None:
    """Far, as with the scroll bar, and near, as with a wheel."""
    for share in (0.5, 0.9, 0.1):
        act = """(share) => {
          const box = document.querySelector("[data-role=scroller]");
          box.scrollTop = box.scrollHeight * share;
        }"""
        note(times, "scroll far", timed(page, "scroll", lambda s=share, a=act: page.evaluate(a, s)))
    page.locator("[data-role=scroller]").hover()
    for _ in range(5):
        note(times, "scroll by wheel", timed(page, "scroll", lambda: page.mouse.wheel(0, 300)))
        page.wait_for_timeout(100)


def use(page: Page, times: Times) -> None:
    """Do what a person does."""
    page.evaluate(ALL_HERE)
    page.wait_for_timeout(1500)
    type_text(page, "resnet50", times, "key, any text")
    clear(page, times)
    type_text(page, "metrics.m3 > 0.5 and params.lr = '0.001'", times, "key, filter")
    clear(page, times)
    sort_by(page, "metrics.m1", times, "sort, first time")
    sort_by(page, "metrics.m1", times, "sort, reversed")
    sort_by(page, "attributes.run_name", times, "sort by name")
    scroll(page, times)
    select = page.locator("[data-role=select-all]")
    note(times, "select all", timed(page, "click", select.click))
    rest(page)
    note(times, "select none", timed(page, "click", select.click))
    rest(page)
    page.locator("[data-role=group]").click()
    group_by(page, "params.model", times, "group by a param")
    group_by(page, "params.lr", times, "group by two params")
    group_by(page, "repeats", times, "group, all but the seed")
    type_text(page, "0.001", times, "key, grouped")
    clear(page, times)
    sort_by(page, "metrics.m2", times, "sort, grouped")
    unfold = page.get_by_role("button", name="Unfold all")
    note(times, "unfold all", timed(page, "click", unfold.click))
    rest(page)
    group_by(page, "", times, "no groups")


def megabytes(page: Page) -> float:
    """What scripts hold, arrays included."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    found = session.send("Runtime.getHeapUsage")
    return float(found["usedSize"] + found.get("backingStorageSize", 0)) / 1e6


def floors(browser: Browser, folder: Path, times: Times) -> None:
    """Note what loading nothing and changing one word cost."""
    (folder / "empty.html").write_text(EMPTY)
    (folder / "word.html").write_text(WORD)
    page = load(browser, (folder / "empty.html").as_uri())
    note(times, EMPTY_PAGE, page.evaluate(LOADED))
    page.close()
    page = load(browser, (folder / "word.html").as_uri())
    page.locator("input").click()
    for key in "abcdef":
        note(times, ONE_WORD, timed(page, "input", lambda key=key: page.keyboard.press(key)))
        page.wait_for_timeout(50)
    page.close()


def measure(browser: Browser, site: Path, folder: Path, repeat: int) -> None:
    """Print the medians and worst of everything for one site."""
    times: Times = {}
    for _ in range(repeat):
        floors(browser, folder, times)
        page = load(browser, (site / "index.html").as_uri())
        note(times, "ready", page.evaluate(READY))
        page.evaluate(ALL_HERE)
        note(times, "all columns here", page.evaluate(LOADED))
        use(page, times)
        elements = page.evaluate("document.querySelectorAll('*').length")
        held = megabytes(page)
        page.close()
    middles = {what: statistics.median(found) for what, found in times.items()}
    for what, middle in middles.items():
        floor, letter = (EMPTY_PAGE, "E") if what in LOADS else (ONE_WORD, "F")
        ratio = f"{middle / middles[floor]:6.1f} {letter}"
        print(f"{what:<26} {middle:7.0f} ms {ratio}   worst {max(times[what]):5.0f} ms")
    print(f"{elements} elements, {held:.0f} MB held by the page")


@contextmanager
def site_of(n: int, given: str) -> Iterator[Path]:
    """Build a site, unless one was given; say what that took."""
    if given:
        yield Path(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        before = time.process_time()
        result = build(ManyRuns(n), FolderOutput(f"{folder}/site"))
        spent = time.process_time() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"built in {spent:.0f} s of processor, {peak:.0f} MB; "
            f"{result.size_bytes / 1e6:.0f} MB, {result.n_pages:,} pages"
        )
        yield Path(folder, "site")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--site", default="", help="measure this site instead")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=ARGUMENTS)
        for n in [0] if options.site else options.runs:
            with site_of(n, options.site) as site:
                print(f"\n{options.site or f'{n:,} runs'}")
                measure(browser, site, Path(folder), options.repeat)
        browser.close()


if __name__ == "__main__":
    main()
