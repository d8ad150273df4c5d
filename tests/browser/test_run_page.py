"""A run's page as people use it: what it printed, its pictures by folder and by step, its cards."""

from __future__ import annotations

from pathlib import Path

import pytest

MAKE = r"""
import os, sys, numpy, reporter
os.chdir(os.path.dirname(sys.argv[1]))
reporter.set_tracking_uri(sys.argv[1])
reporter.set_experiment("shop")
rng = numpy.random.default_rng(0)
out = [f"\x1b[32mINFO\x1b[0m step {n}" for n in range(1500)]
out[700] = "2026-11-21 ERROR worker 3 is gone"
out += ["Traceback (most recent call last):", '  File "train.py", line 8', "ValueError: <b>bad</b>"]
tags = {
    "mlflow.source.git.repoURL": "git@github.com:ana/digits.git",
    "mlflow.source.git.commit": "a41c9e7f00d2a41c9e7f00d2a41c9e7f00d2abcd",
    "mlflow.source.git.diff": "--- a/t.py\n+++ b/t.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n",
}
with reporter.start_run(run_name="sweep \u202egnp.exe\u2069!", tags=tags) as run:
    print(run.info.run_id)
    reporter.log_text("\n".join(out) + "\n", "output.log")
    for step in range(0, 1000, 10):
        reporter.log_metric("loss", 1 / (step + 1), step=step)
        if step % 50 == 0:
            shade = numpy.full((20, 30, 3), step // 5, dtype="uint8")
            reporter.log_image(shade, key="samples", step=step)
            reporter.log_image(255 - shade, key="attention", step=step)
    reporter.log_image(rng.integers(0, 255, (700, 1000, 3), dtype="uint8"), "large.png")
    for folder in ("a", "b"):
        for n in range(30):
            picture = numpy.full((8, 8, 3), 8 * n, dtype="uint8")
            reporter.log_image(picture, f"plots/{folder}/{n}.png")
    for n in range(200):
        reporter.log_text("x", f"notes/{n}.txt")
    for n in range(3):
        with reporter.start_run(run_name=f"fold {n}", nested=True):
            reporter.log_param("seed", n)
            reporter.log_metric("val_loss", 0.1 * (n + 1))
"""


@pytest.fixture(scope="module")
def shop(run_python, report, tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("shop")
    made = run_python("-c", MAKE, str(folder / "runs"))
    assert made.returncode == 0, made.stderr
    built = report("build", str(folder / "runs"), "-o", str(folder / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site", f"run/{made.stdout.split()[0]}.html"


@pytest.fixture(params=["file", "one-file"])
def open_run(request, shop, open_place, open_page):
    site, path = shop
    place = open_place(site, request.param)
    return lambda view="", **options: open_page(place, f"{path}{view}", **options)


def test_an_error_in_what_was_printed_is_one_click_away(open_run):
    page = open_run()
    card = page.locator("[data-role=console]")
    assert card.locator(".st").all_inner_texts()[:1] == ["2 errors"]
    card.locator("summary").click(position={"x": 300, "y": 20})
    assert card.locator(".findings a").all_inner_texts() == [
        "line 701\n2026-11-21 ERROR worker 3 is gone",
        "line 1501\nValueError: <b>bad</b>",
    ]
    card.locator(".findings a").first.click()
    assert "line=out-701" in page.evaluate("location.hash")
    assert page.locator("#out-701").evaluate("(line) => line.classList.contains('aimed')")
    assert page.locator("#out-1503").inner_text().strip() == "1503ValueError: <b>bad</b>"
    assert page.locator("#out-100").count() == 0
    card.get_by_role("button", name="Show all 1,503 lines").click()
    page.locator("#out-100").wait_for()
    assert page.locator(".console > span").count() == 1503
    color = "(span) => getComputedStyle(span).color !== getComputedStyle(span.parentElement).color"
    assert page.locator("#out-100 .a-green").evaluate(color)


def test_a_link_to_a_line_opens_the_card_and_brings_the_line(open_run):
    page = open_run("#v=1&line=out-100")
    page.locator("#out-100.aimed").wait_for()
    assert page.locator("[data-role=console] details").get_attribute("open") is not None


def test_sliders_and_chart_cursor_keep_to_one_step(open_run):
    page = open_run()
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    players = page.locator("[data-role=player]")
    players.first.locator("input").fill("4")
    assert players.locator("output").all_inner_texts() == ["step 200", "step 200"]
    cursor = page.locator(".cursor-layer").first
    assert cursor.is_visible()
    where = page.locator(".cursor").first.evaluate("(line) => line.style.transform")
    players.first.locator("input").fill("16")
    assert page.locator(".cursor").first.evaluate("(line) => line.style.transform") != where
    players.first.locator("input").blur()
    page.wait_for_function("document.querySelector('.cursor-layer').hidden")
    plot = page.locator(".plotbox").first
    box = plot.bounding_box()
    plot.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    page.wait_for_function(
        "(() => { const shown = [...document.querySelectorAll('[data-role=player] output')]"
        ".map((o) => Number(o.textContent.split(' ')[1]));"
        " return shown[0] === shown[1] && shown[0] > 300 && shown[0] < 700; })()"
    )
    decoded = "(image) => image.decode().then(() => image.naturalWidth)"
    assert players.first.locator("xpath=..").locator(".picture img").evaluate(decoded) == 30


def test_playing_goes_on_by_itself_until_it_is_stopped(open_run):
    page = open_run()
    player = page.locator("[data-role=player]").first
    player.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "document.querySelector('[data-role=player] output').textContent === 'step 100'"
    )
    player.get_by_role("button", name="Play").click()
    stopped = player.locator("output").inner_text()
    page.wait_for_timeout(700)
    assert player.locator("output").inner_text() == stopped


def test_folders_show_their_first_figures_and_bring_the_others(open_run):
    page = open_run()
    group = page.locator("[data-role=figure-group][data-folder='plots/a']")
    assert group.locator("summary").inner_text() == "plots/a 30 figures"
    assert group.locator("figure").count() == 10
    group.get_by_role("button", name="Show more figures").click()
    group.locator("figure").nth(29).wait_for()
    last = group.locator("figure img").last
    last.scroll_into_view_if_needed()
    page.wait_for_function("(image) => image.naturalWidth === 8", arg=last.element_handle())
    assert group.get_by_role("button", name="Show more figures").count() == 0
    group.locator("[data-role=enlarge]").last.click()
    assert "33 of" in page.get_by_role("dialog", name="Figure").inner_text()


def test_a_large_picture_is_small_in_the_gallery_and_whole_when_enlarged(open_run):
    page = open_run()
    figure = page.locator("figure[data-path='large.png']")
    figure.scroll_into_view_if_needed()
    image = figure.locator("img")
    page.wait_for_function("(image) => image.naturalWidth", arg=image.element_handle())
    assert image.evaluate("(image) => image.naturalWidth") == 640
    figure.locator("[data-role=enlarge]").click()
    shown = page.locator(".stage img")
    page.wait_for_function("(image) => image.naturalWidth", arg=shown.element_handle())
    assert shown.evaluate("(image) => image.naturalWidth") == 1000
    box = shown.bounding_box()
    page.mouse.dblclick(box["x"] + 50, box["y"] + 50)
    assert shown.is_visible(), "a click on the picture must not close it"


def test_cards_say_where_it_came_from(open_run, shop):
    page = open_run()
    assert page.title().startswith("sweep gnp.exe! ·")
    assert page.locator("h1").inner_text() == "sweep gnp.exe!"
    commit = page.locator("[data-role=environment] a").first
    assert commit.get_attribute("href").startswith("https://github.com/ana/digits/commit/a41c9e7")
    assert page.locator(".diff .add").inner_text() == "+x = 2"
    assert page.get_by_role("link", name="Save run.diff").get_attribute("download") == "run.diff"
    (site, path) = shop
    saved = (site / path).with_suffix(".diff.txt").read_text(encoding="utf-8")
    assert saved.endswith("+x = 2\n")
    sums = page.locator("[data-role=children] tfoot tr").first
    assert sums.inner_text().split() == ["Mean", "±", "sd", "0.20", "±", "0.10"] or (
        "0.200 ± 0.100" in sums.inner_text()
    )
    card = page.locator("[data-role=packages]")
    card.locator("summary").click()
    card.get_by_label("Find a package").fill("ALTAIR")
    (found,) = card.locator("li:visible").all_inner_texts()
    assert found.startswith("altair==")
    assert card.get_by_role("status").inner_text().startswith("1 of ")


def test_all_files_have_a_page_when_they_are_too_many(open_run):
    page = open_run()
    assert page.locator("[data-role=artifacts] li").count() == 200
    page.get_by_role("link", name="All 302 files").click()
    page.get_by_role("heading", name="Files of").wait_for()
    assert page.locator("a[data-role=artifact]").count() == 302
    names = page.locator("a[data-path^='notes/']").evaluate_all(
        "(a) => a.map((x) => x.dataset.path)"
    )
    assert names[:3] == ["notes/0.txt", "notes/1.txt", "notes/2.txt"]
    assert names[-1] == "notes/199.txt"


def test_folders_fold_and_files_are_found_in_a_large_tree(open_run):
    page = open_run()
    tree = page.locator("[data-role=file-tree]")
    notes = tree.locator(".folder[data-path=notes]")
    page.wait_for_function("document.querySelector('.folder').getAttribute('aria-expanded')")
    assert notes.get_attribute("aria-expanded") == "false"
    assert tree.locator("[data-path='notes/199.txt']").count() == 0
    notes.focus()
    page.keyboard.press("ArrowRight")
    tree.locator("a[data-path='notes/199.txt']").wait_for()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.path") == "notes/0.txt"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    tree.locator("a[data-path='notes/199.txt']").wait_for(state="hidden")
    page.get_by_label("Find a file").fill("PLOTS/ 17")
    page.get_by_text("2 files", exact=True).wait_for()
    shown = tree.locator("a[data-role=artifact]:visible")
    assert shown.evaluate_all("(links) => links.map((link) => link.dataset.path)") == [
        "plots/a/17.png",
        "plots/b/17.png",
    ]


def test_every_file_is_looked_at_beside_the_tree(open_run):
    page = open_run()
    seen = page.locator(".preview:visible")
    page.get_by_label("Find a file").fill(".")
    size = "(image) => image.decode().then(() => image.naturalWidth)"
    for path, found in (("large.png", 640), ("plots/b/29.png", 8)):
        page.locator(f"a[data-path='{path}']").click()
        page.locator(f".preview[data-of='{path}']").wait_for()
        assert seen.locator("img").evaluate(size) == found
    page.locator("a[data-path='notes/150.txt']").click()
    page.locator(".preview[data-of='notes/150.txt']").wait_for()
    assert seen.locator("pre").inner_text().strip() == "x"
    assert page.locator("[aria-current=true][data-path]").count() == 1
    address = page.evaluate("location.hash")
    assert "file=notes/150.txt" in address


def test_a_link_to_a_file_opens_its_folders(open_run):
    page = open_run("#v=1&file=plots/b/29.png")
    page.locator(".preview[data-of='plots/b/29.png'] img").wait_for()
    assert page.locator("a[data-path='plots/b/29.png']").is_visible()


def test_without_scripts_everything_but_charts_is_there(shop, browser):
    site, path = shop
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / path).as_uri())
    page.locator("[data-role=console] summary").click(position={"x": 300, "y": 20})
    page.locator(".findings a").first.click()
    assert page.locator("#out-701").is_visible()
    assert page.locator("[data-role=packages] summary").is_visible()
    assert page.locator(".frames a").first.is_visible() or page.locator(".frames summary").count()
    assert "20 figures more among the artifacts" in page.locator("main").inner_text()
    context.close()


def test_a_phone_has_room_for_all_of_it(shop, open_place, open_page):
    site, path = shop
    page = open_page(open_place(site, "file"), path, width=390)
    for details in page.locator(".panel > details").all():
        details.evaluate("(element) => (element.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
