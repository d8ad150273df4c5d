"""Every kind of page in every state that is a click away: axe-core has nothing to complain of.

Light and dark, on a desk and on a phone. What axe cannot see (whether keys lead everywhere, what a
screen reader is told when something changes) is tested with each part.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.store.reader import open_store

ROOT = Path(__file__).resolve().parents[2]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EVERY_LOOK = ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark"))
BOTH_LOOKS = ((DESK, "light"), (PHONE, "dark"))
SHOW = "(theme) => { document.documentElement.dataset.theme = theme }"

# Frames hold what users logged; the page around them is ours. All of axe's rules: those of WCAG 2.2
# AA, and best practices. Style sheets of a folder cannot be fetched, hence no preload.
RUN_AXE = """async () => {
  const how = { iframes: false, preload: false, resultTypes: ["violations"] };
  const { violations } = await axe.run(document, how);
  const why = ({ any, all, none }) => [...any, ...all, ...none].map(({ message }) => message);
  const say = (id, node) => `${id} ${node.target.join(" ")}: ${why(node).join("; ")}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => say(id, node).slice(0, 400)));
}"""
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"
ADOPT = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
STILL = "*, *::before, *::after { transition: none !important; animation: none !important }"


@pytest.fixture(scope="session")
def axe_source(unavailable) -> str:
    """The script of axe-core, from its packaging for Python."""
    try:
        import axe_playwright_python
    except ImportError:
        unavailable("no axe-core: pip install -e '.[test]'")
    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")


@pytest.fixture
def complaints(axe_source):
    """What axe says of a page: ``complaints(page)``, or ``complaints(page, BOTH_LOOKS)``."""

    def ask(page, looks=EVERY_LOOK) -> list[str]:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(axe_source)
            page.evaluate(ADOPT, STILL)
        found = []
        for size, theme in looks:
            page.set_viewport_size(size)
            page.evaluate(SHOW, theme)
            page.evaluate(SETTLED)
            said = page.evaluate(RUN_AXE)
            found += [f"{theme}, {size['width']} px: {what}" for what in said]
        page.set_viewport_size(DESK)
        return found

    return ask


@pytest.fixture(scope="session")
def experiment() -> str:
    """The experiment of the sample runs with the most runs."""
    counts: dict[str, int] = {}
    for run in open_store(ROOT / "sample_runs").runs():
        counts[run.info.experiment_id] = counts.get(run.info.experiment_id, 0) + 1
    return max(counts, key=counts.__getitem__)


@pytest.fixture
def open_experiment(open_page, on_disk, experiment):
    def open_(view: str = ""):
        page = open_page(on_disk, f"experiment/{experiment}/index.html{view}")
        page.wait_for_function(
            "() => reporter.tables.begun.then((table) => table.completed).then(() => true)"
        )
        page.wait_for_selector("[data-role=query][role=combobox]")  # the later scripts are here
        return page

    return open_


@pytest.mark.parametrize("path", ["index.html", "runs.html", "compare.html"])
def test_pages_over_all_runs(open_page, on_disk, complaints, path):
    page = open_page(on_disk, path)
    page.wait_for_timeout(500)
    assert complaints(page) == []


def test_every_tab_of_an_experiment(open_experiment, complaints):
    page = open_experiment()
    tabs = page.locator("[data-tab]")
    found = []
    for place in range(tabs.count()):
        tabs.nth(place).click()
        page.wait_for_timeout(800)
        name = tabs.nth(place).get_attribute("data-tab")
        found += [f"{name}: {said}" for said in complaints(page)]
    assert found == []


def press(*keys: str):
    def act(page) -> None:
        page.locator("[data-role=runs-table] tbody td.num").first.click()
        for key in keys:
            page.keyboard.press(key)

    return act


def search(text: str):
    def act(page) -> None:
        page.locator("[data-role=query]").click()
        page.keyboard.type(text)

    return act


def click(role: str):
    return lambda page: page.locator(f"[data-role={role}]").first.click()


STATES = {
    "columns": ("", click("columns")),
    "groups": ("#v=1&group=repeats&open=*", click("group")),
    "export": ("#v=1&group=repeats", click("take-away")),
    "a run beside the table": ("", press("Enter")),
    "selected, pinned, baseline": ("", press("Space", "p", "ArrowDown", "b", "Space")),
    "help": ("", press("?")),
    "completion": ("", search("val")),
    "an error in the search": ("", search("params.lr = = 3")),
    "no run": ("", search("nothing-has-this")),
}


@pytest.mark.parametrize("state", STATES)
def test_what_opens_beside_the_table(open_experiment, complaints, state):
    view, act = STATES[state]
    page = open_experiment(view)
    act(page)
    page.wait_for_timeout(500)
    assert complaints(page, BOTH_LOOKS) == []


def test_a_run_with_every_viewer(open_page, open_place, zoo, complaints):
    (run,) = (zoo / "run").glob("*.html")
    page = open_page(open_place(zoo, "file"), f"run/{run.name}")
    found = complaints(page)
    links = page.locator("[data-preview]")
    for place in range(links.count()):
        if links.nth(place).is_visible():
            links.nth(place).click()
            found += complaints(page, BOTH_LOOKS)
    assert sorted(set(found)) == []


def test_a_run_with_charts_and_figures(open_page, on_disk, complaints, experiment):
    runs = open_store(ROOT / "sample_runs").runs([experiment])
    fullest = max(runs, key=lambda run: (len(run.artifacts), len(run.data.summaries)))
    page = open_page(on_disk, f"run/{fullest.info.run_id}.html")
    page.wait_for_timeout(1000)
    assert complaints(page) == []


def test_a_comparison(open_page, on_disk, complaints, experiment):
    runs = list(open_store(ROOT / "sample_runs").runs([experiment]))[:4]
    ids = ",".join(run.info.run_id for run in runs)
    page = open_page(on_disk, f"compare.html#v=1&runs={ids}")
    page.locator("table").first.wait_for()
    page.wait_for_timeout(800)
    assert complaints(page) == []


def test_a_report_without_runs(open_page, open_place, run_python, report, tmp_path, complaints):
    make = "import reporter; reporter.create_experiment('planned')"
    made = run_python("-c", make, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    built = report("build", str(tmp_path / "runs"), "-o", str(tmp_path / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    place = open_place(tmp_path / "site", "file")
    (page_of,) = (tmp_path / "site" / "experiment").glob("*/index.html")
    for path in ("index.html", page_of.relative_to(tmp_path / "site").as_posix()):
        assert complaints(open_page(place, path)) == []


def test_the_page_of_differences(open_page, open_place, report, sample_site, tmp_path, complaints):
    store = ROOT / "sample_runs"
    out = tmp_path / "diff.html"
    done = report("diff", str(sample_site), str(store), "--html", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert complaints(open_page(open_place(tmp_path, "file"), "diff.html")) == []
