"""One picture of many runs: the wall, its steps and groups, two held against each other."""

from __future__ import annotations

from pathlib import Path

import pytest

MAKE = """
import sys, numpy, reporter
reporter.set_tracking_uri(sys.argv[1])
reporter.set_experiment("images")
for run in range(4):
    with reporter.start_run(run_name=f"run {run}"):
        reporter.log_param("lr", [0.1, 0.02][run % 2])
        for step in (0, 10, 20):
            shade = numpy.full((20, 30, 3), 60 * run + step, dtype="uint8")
            reporter.log_image(shade, key="samples", step=step)
            reporter.log_image(255 - shade, key="targets", step=step)
        reporter.log_image(numpy.full((20, 30, 3), 50 * run, dtype="uint8"), "plots/flat.png")
"""


@pytest.fixture(scope="module")
def images(run_python, report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    made = run_python("-c", MAKE, str(folder / "runs"))
    assert made.returncode == 0, made.stderr
    built = report("build", str(folder / "runs"), "-o", str(folder / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(params=["file", "one-file"])
def open_images(request, images, open_place, open_page):
    (page,) = (images / "experiment").glob("*/index.html")
    path = page.relative_to(images).as_posix()
    place = open_place(images, request.param)
    return lambda view="": open_page(place, f"{path}#v=1&tab=images{view}")


def shades(page) -> list[int]:
    """Grey of the middle of each picture of the wall, as the browser decoded it."""
    page.locator(".wall figure").first.wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('.wall img')].every((i) => i.complete && i.naturalWidth)"
    )
    return page.locator(".wall img").evaluate_all(
        "(images) => images.map((image) => { const c = document.createElement('canvas');"
        " c.width = c.height = 1; const d = c.getContext('2d'); d.drawImage(image, 0, 0, 1, 1);"
        " try { return d.getImageData(0, 0, 1, 1).data[0]; } catch { return image.src; } })"
    )


def test_a_name_makes_a_wall_of_all_runs(open_images):
    page = open_images()
    assert page.locator(".gal figure:visible").count() == 12
    page.get_by_label("Figure: a name").fill("samples")
    page.get_by_label("Figure: a name").press("Enter")
    page.locator(".wall figure").nth(3).wait_for()
    assert page.locator(".wall figure").count() == 4
    assert len(set(shades(page))) == 4
    assert "wall=samples" in page.evaluate("location.hash")
    assert page.locator(".wall figcaption").first.inner_text().split() == ["run", "0", "step", "20"]


def test_one_slider_moves_all_runs(open_images):
    page = open_images("&wall=samples")
    last = shades(page)
    page.get_by_label("Step", exact=False).first.fill("0")
    page.get_by_text("step 0").nth(3).wait_for()
    first = shades(page)
    assert all(a != b for a, b in zip(first, last, strict=True))
    assert "wallstep=0" in page.evaluate("location.hash")


def test_groups_and_patterns(open_images):
    page = open_images("&wall=*&wallby=params.lr")
    page.locator(".wall figure").nth(11).wait_for()
    assert page.locator(".wall-title").all_inner_texts() == ["lr = 0.02\n6", "lr = 0.1\n6"]
    page.get_by_label("Figure: a name").fill("nothing of this name")
    page.get_by_label("Figure: a name").press("Enter")
    page.get_by_text("No figure of this name.").wait_for()


def test_two_are_held_against_each_other(open_images):
    page = open_images("&wall=samples")
    boxes = page.locator(".wall figure input")
    boxes.nth(3).wait_for()
    compare = page.get_by_role("button", name="Compare two")
    assert compare.is_disabled()
    for place in (0, 1, 3):
        boxes.nth(place).check()
    assert [boxes.nth(place).is_checked() for place in range(4)] == [False, True, False, True]
    compare.click()
    dialog = page.get_by_role("dialog", name="Two figures compared")
    assert dialog.locator("img").count() == 2
    dialog.get_by_role("button", name="Blink").click()
    hidden = "(images) => images.map((image) => getComputedStyle(image).visibility)"
    before = dialog.locator("img").evaluate_all(hidden)
    page.keyboard.press("Space")
    assert sorted(before) == ["hidden", "visible"]
    dialog.get_by_role("button", name="Curtain").click()
    assert "inset" in dialog.locator("img").nth(1).evaluate("(image) => image.style.clipPath")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def test_a_run_plays_its_steps_together(images, open_place, open_page):
    run = next((images / "run").glob("*.html"))
    page = open_page(open_place(images, "file"), f"run/{run.name}")
    sliders = page.locator("[data-role=player] input")
    assert sliders.count() == 2
    page.locator("[data-role=player] details").first.wait_for(state="hidden")  # the script is here
    sliders.nth(0).fill("1")
    texts = page.locator("[data-role=player] output").all_inner_texts()
    assert texts == ["step 10", "step 10"]
    pictures = page.locator("figure:has([data-role=player]) .picture img")
    sources = pictures.evaluate_all("(images) => images.map((image) => image.src)")
    links = page.locator("figure:has([data-role=player]) .picture").evaluate_all(
        "(links) => links.map((link) => link.href)"
    )
    assert sources == links


LIVE = """
import sys, altair, pandas, reporter
import plotly.graph_objects as go
reporter.set_tracking_uri(sys.argv[1])
reporter.set_experiment("live")
table = pandas.DataFrame({"x": range(9), "y": range(9)})
for run in range(8):
    with reporter.start_run(run_name=f"run {run}"):
        reporter.log_param("lr", [0.1, 0.02][run % 2])
        bars = go.Figure(go.Bar(x=["a", "b"], y=[1, run]), {"title": {"text": f"Bars {run}"}})
        reporter.log_figure(bars, "bars.json")
        line = altair.Chart(table).mark_line().encode(x="x", y="y").properties(width=200)
        reporter.log_figure(line, "line.json")
        script = "<script>document.body.append(` ran in ${self.origin}`)</script>"
        reporter.log_text(f"<!doctype html><h1>Page {run}</h1>{script}", "page.html")
"""


@pytest.fixture(scope="module")
def live(run_python, report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    made = run_python("-c", LIVE, str(folder / "runs"))
    assert made.returncode == 0, made.stderr
    for _ in range(2):  # the second keeps the pages of the first
        built = report("build", str(folder / "runs"), "-o", str(folder / "site"))
        assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(params=["file", "sub-path"])
def open_live(request, live, open_place, open_page):
    (page,) = (live / "experiment").glob("*/index.html")
    path = page.relative_to(live).as_posix()
    place = open_place(live, request.param)
    return lambda view="": open_page(place, f"{path}#v=1&tab=images{view}")


def test_interactive_figures_hang_on_the_wall_and_few_of_them_live(open_live):
    page = open_live("&wall=bars.json&wallby=params.lr&wallsize=300")
    page.locator(".wall .framed").nth(7).scroll_into_view_if_needed()
    page.locator(".wall .framed [data-role=play]").nth(7).wait_for()
    assert page.locator(".wall iframe").count() == 0
    assert page.locator(".wall-title").all_inner_texts() == ["lr = 0.02\n4", "lr = 0.1\n4"]
    for place in range(7):
        figure = page.locator(".wall .framed").nth(place)
        figure.scroll_into_view_if_needed()
        figure.locator("[data-role=play]").click()
        page.wait_for_function(
            "(n) => document.querySelectorAll('.wall .framed')[n].dataset.state === 'ready'",
            arg=place,
        )
    frames = page.locator(".wall iframe")
    assert frames.count() == 6
    assert {frame.get_attribute("sandbox") for frame in frames.all()} == {"allow-scripts"}
    inside = frames.first.element_handle().content_frame()
    assert inside.locator(".gtitle").text_content().startswith("Bars")


def test_figures_draw_as_they_come_into_sight(open_live):
    page = open_live("&wall=bars.json&wallsize=300")
    page.get_by_role("button", name="Draw in sight").click()
    page.wait_for_function("() => location.hash.includes('walldraw=1')")
    ready = page.locator(".wall .framed[data-state=ready]")
    ready.first.wait_for()
    last = page.locator(".wall figure").last
    last.scroll_into_view_if_needed()
    last.locator(".framed[data-state=ready] iframe").wait_for()
    page.wait_for_function("() => document.querySelectorAll('.wall iframe').length <= 6")
    page.get_by_role("button", name="Draw in sight").click()
    page.locator(".wall .framed [data-role=play]").first.wait_for()
    assert page.locator(".wall iframe").count() == 0


def test_interactive_figures_are_compared(live, open_place, open_page):
    runs = ",".join(sorted(path.stem for path in (live / "run").glob("*.html"))[:2])
    place = open_place(live, "file")
    page = open_page(place, f"compare.html#v=1&runs={runs}&fig=bars.json")
    section = page.locator("[data-role=compare-figures]")
    figures = section.locator("figure")
    figures.nth(1).wait_for()
    figures.first.scroll_into_view_if_needed()
    section.locator(".framed[data-state=ready] iframe").nth(1).wait_for()
    figures.first.hover()
    figures.first.get_by_role("button", name="Enlarge").click()
    large = page.locator("dialog.lightbox .framed[data-state=ready] iframe")
    large.wait_for()
    assert large.bounding_box()["width"] > 800
    page.keyboard.press("Escape")
    section.get_by_label("Figure", exact=True).select_option("page.html")
    section.get_by_role("button", name="Show this page").nth(1).wait_for()
    assert section.locator("iframe").count() == 0


def test_pages_hang_on_the_wall_in_a_sandbox(open_live):
    page = open_live("&wall=page.html")
    page.locator(".wall [data-role=play]").first.click()
    outer = page.locator(".wall iframe").first.element_handle().content_frame()
    inner = outer.wait_for_selector("iframe").content_frame()
    inner.get_by_text("ran in null").wait_for()


def test_charts_with_a_still_picture_show_it_first(open_live):
    page = open_live("&wall=line.json")
    page.locator(".wall .framed img").first.wait_for()
    page.get_by_role("button", name="Make it interactive").first.click()
    page.locator(".wall [data-role=vega][data-state=ready] iframe").wait_for()


def test_steps_stand_below_their_heads(open_images):
    page = open_images("&wall=samples&wallsteps=all")
    page.locator(".steps-line").nth(3).wait_for()
    edges = page.locator(".steps-line").evaluate_all(
        "(lines) => lines.map((line) => [...line.children].map((cell) => cell.offsetLeft))"
    )
    assert len({tuple(line) for line in edges}) == 1


def test_runs_stand_by_steps_and_a_pair_is_a_link(open_images):
    page = open_images("&wall=/^(samples|targets)$/&wallsteps=all")
    lines = page.locator(".steps-line")
    lines.nth(8).wait_for()
    assert lines.count() == 9
    assert lines.first.locator(".num").all_inner_texts() == ["step 0", "step 10", "step 20"]
    assert lines.nth(1).locator("img").count() == 3
    for place in (0, 2):
        lines.nth(1).locator("input").nth(place).check()
    page.get_by_role("button", name="Compare two").click()
    dialog = page.get_by_role("dialog", name="Two figures compared")
    dialog.get_by_role("button", name="Difference").click()
    page.wait_for_function("() => location.hash.includes('wallmode=difference')")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    dialog.locator("img").nth(1).wait_for()
    assert dialog.locator("[aria-pressed=true]").inner_text() == "Difference"
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.hash.includes('wallpair')")
