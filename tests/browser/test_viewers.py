"""Every viewer in a real browser: what is seen, what is kept apart, that nothing is asked for."""

from __future__ import annotations

import re

import pytest


@pytest.fixture(params=["file", "sub-path", "one-file"])
def zoo_place(request, zoo, open_place):
    return open_place(zoo, request.param)


@pytest.fixture(params=["file", "sub-path"])
def zoo_folder(request, zoo, open_place):
    """Where files have addresses of their own."""
    return open_place(zoo, request.param)


@pytest.fixture
def open_run(zoo, zoo_place, open_page):
    """Open the run's page."""
    (page,) = (zoo / "run").glob("*.html")
    return lambda **options: open_page(zoo_place, f"run/{page.name}", **options)


def preview(page, path: str):
    """Open the preview of an artifact."""
    page.locator(f'[data-preview][data-path="{path}"]').click()
    shown = page.locator(f'.preview[data-of="{path}"]')
    shown.wait_for()
    return shown


def figure(page, path: str):
    found = page.locator(f'.gal [data-role=figure][data-path="{path}"]')
    found.scroll_into_view_if_needed()
    return found


def size_of(picture) -> list[int]:
    """Wait for a picture, which may get its address only when it is near the screen; measure it."""
    picture.scroll_into_view_if_needed()
    return picture.evaluate(
        "(img) => new Promise((done) => { const look = () => img.complete && img.naturalWidth"
        " ? done([img.naturalWidth, img.naturalHeight]) : setTimeout(look, 20); look(); })"
    )


@pytest.mark.parametrize("path", ["figures/bars.json", "figures/bars.html"])
def test_plotly_figures_are_drawn_in_a_sandbox(open_run, path):
    card = figure(open_run(), path)
    card.locator("[data-role=plotly][data-state=ready]").wait_for()
    frame = card.locator("iframe")
    assert frame.get_attribute("sandbox") == "allow-scripts"
    inside = frame.element_handle().content_frame()
    assert inside.locator("svg.main-svg").count() > 0
    assert inside.locator(".gtitle").text_content().startswith("Bars")
    assert inside.evaluate("self.origin") == "null"


def test_altair_figures_are_pictures_first_and_then_live(open_run):
    card = figure(open_run(), "figures/line.json")
    assert size_of(card.locator("img"))[0] > 150
    card.locator("[data-role=vega][data-state=ready]").wait_for()
    inside = card.locator("iframe").element_handle().content_frame()
    drawn = inside.evaluate(
        "(() => { const c = document.querySelector('canvas');"
        " const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);"
        " return new Set(new Uint32Array(data.buffer)).size; })()"
    )
    assert drawn > 5


def test_a_figure_without_room_stays_a_picture_until_it_is_enlarged(open_run):
    page = open_run()
    card = figure(page, "figures/wide.json")
    assert card.locator("[data-role=vega]").get_attribute("data-state") == "idle"
    card.locator("a[data-role=enlarge]").click()
    live = page.locator("dialog.lightbox [data-role=vega][data-state=ready] iframe")
    live.wait_for()
    assert live.bounding_box()["width"] > 1100


def test_a_logged_page_runs_alone(open_run, zoo_place):
    page = open_run()
    shown = preview(page, "page.html")
    assert shown.locator("iframe").count() == 0
    assert "without network" in shown.inner_text()
    shown.get_by_role("button", name="Show this page").click()
    assert shown.locator("iframe").get_attribute("sandbox") == "allow-scripts"
    outer = shown.locator("iframe").element_handle().content_frame()
    frame = outer.wait_for_selector("iframe").content_frame()
    frame.locator("#said").wait_for()
    if zoo_place.name == "one-file":
        assert "do not run in a report of one file" in outer.locator("p").inner_text()
        assert frame.locator("#said").inner_text() == "nothing ran"
        frame.locator("#jump").click()
    else:
        frame.wait_for_function("() => document.body.textContent.includes('reached')")
        assert frame.locator("#said").inner_text() == "reached: []"
    frame.wait_for_function("() => scrollY > 1000")
    assert page.url.startswith(zoo_place.root)
    assert page.title() != "t"


def test_a_logged_page_opened_directly_runs_alone(zoo, zoo_folder, open_page):
    (path,) = zoo.glob("artifacts/*/page.html*.view.html")
    page = open_page(zoo_folder, path.relative_to(zoo).as_posix())
    frame = page.wait_for_selector("iframe").content_frame()
    frame.wait_for_function("() => document.body.textContent.includes('reached')")
    assert frame.locator("#said").inner_text() == "reached: []"
    assert page.evaluate("document.scripts.length") == 0


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "model.pkl", "markup"])
def test_raw_bytes_opened_directly_run_nothing(zoo, zoo_folder, open_page, name):
    (path,) = zoo.glob(f"artifacts/*/{name}.txt")
    # not quiet: the browser asks for an icon that a text has no way to decline
    page = open_page(zoo_folder, path.relative_to(zoo).as_posix(), quiet=False)
    assert page.evaluate("document.contentType") == "text/plain"
    assert page.evaluate("window.pwned") is None


def test_the_copy_of_a_drawing_opened_directly_runs_nothing(zoo, zoo_folder, open_page):
    (path,) = zoo.glob("artifacts/*/drawing.svg*.view.svg")
    page = open_page(zoo_folder, path.relative_to(zoo).as_posix(), quiet=False)
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('script, image[href]').length") == 0


def test_pictures_are_decoded(open_run):
    page = open_run()
    for path, size in (
        ("drawing.svg", [40, 30]),
        ("digit.png", [28, 28]),
        ("large.png", [900, 600]),
    ):
        picture = figure(page, path).locator("img")
        assert size_of(picture) == size
        assert [int(picture.get_attribute(side)) for side in ("width", "height")] == size
    assert "Not an image" in figure(page, "fake.png").inner_text()


def test_the_lightbox_goes_round_by_keyboard_and_gives_focus_back(open_run):
    page = open_run()
    first = figure(page, "digit.png").locator("[data-role=enlarge]")
    first.click()
    dialog = page.locator("dialog.lightbox")
    picture = dialog.locator("img")
    picture.wait_for()
    assert picture.bounding_box()["width"] == pytest.approx(28 * 8, abs=1)
    page.wait_for_function("() => location.hash.includes('fig=digit.png')")
    page.keyboard.press("-")
    assert picture.bounding_box()["width"] == pytest.approx(28 * 6, abs=1)
    page.keyboard.press("0")
    assert picture.bounding_box()["width"] == pytest.approx(28 * 8, abs=1)
    count = int(re.search(r"of (\d+)", dialog.inner_text())[1])
    for _ in range(count):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.hash.includes('fig=digit.png')")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.wait_for_function("() => !location.hash.includes('fig=')")
    assert page.evaluate("document.activeElement.getAttribute('data-role')") == "enlarge"


def test_a_link_opens_the_figure(zoo, zoo_place, open_page):
    (path,) = (zoo / "run").glob("*.html")
    page = open_page(zoo_place, f"run/{path.name}#v=1&fig=large.png")
    page.locator("dialog.lightbox img").wait_for()
    assert page.locator("dialog.lightbox header b").inner_text() == "large.png"


def test_text_tables_trees_and_prose_are_shown(open_run):
    page = open_run()
    assert "def train" in preview(page, "train.py").inner_text()
    assert preview(page, "train.py").locator(".p-k").first.inner_text() == "def"
    assert "=1+1" in preview(page, "table.csv").locator("tbody").inner_text()
    assert preview(page, "table.csv").locator("tbody tr").count() == 2
    tree = preview(page, "tree.json")
    tree.locator("summary", has_text="layers").click()
    assert "3" in tree.inner_text()
    notes = preview(page, "notes.md")
    assert notes.locator("h3").inner_text() == "Notes"
    assert size_of(notes.locator("img")) == [28, 28]
    assert "[[[[" in preview(page, "deep.json").inner_text()
    assert "Never loaded" in preview(page, "model.pkl").inner_text()
    assert preview(page, "100% #1?.txt").locator("pre").inner_text().strip() == "a name"
    assert page.evaluate("window.pwned") is None


def test_the_rest_of_a_long_text_arrives_when_asked_for(open_run):
    shown = preview(open_run(), "long.log")
    assert shown.locator("pre > span").count() == 100
    shown.locator("[data-rest]").click()
    shown.page.wait_for_function(
        "() => document.querySelectorAll('.preview:not([hidden]) pre > span').length === 3000"
    )
    assert shown.locator("pre > span").nth(2999).inner_text().strip() == "line 2999 <b>"


def test_every_preview_opens_without_a_complaint(open_run):
    page = open_run()
    for link in page.locator("[data-preview]").all():
        link.click()
        shown = page.locator(f'.preview[data-of="{link.get_attribute("data-path")}"]')
        shown.wait_for()
        assert shown.inner_text().strip() or shown.locator("img, iframe").count()


def test_without_javascript_links_lead_to_pictures_and_pages(zoo, zoo_folder, browser):
    (path,) = (zoo / "run").glob("*.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(zoo_folder.url(f"run/{path.name}"))
    page.locator('[data-path="large.png"] a[data-role=enlarge]').first.click()
    assert page.url.endswith("large.png")
    page.go_back()
    assert page.locator('[data-path="figures/line.json"] img').count() == 1
    page.locator('[data-role=artifact][data-path="page.html"]').click()
    assert page.url.endswith(".view.html")
    context.close()
