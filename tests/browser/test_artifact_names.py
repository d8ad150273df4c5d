"""Files under every name that a file system takes: their links work, and save them as they were."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from reporter.site.run.artifact_tree import MAX_ROWS
from tests.builders import make_run, make_store, run_id_of

NAMES = [
    "with spaces.bin",
    "#1?a=b&c.bin",
    "100%20done%.bin",
    "\U0001f3c1 \u5b9f\u9a13.bin",
    unicodedata.normalize("NFD", "caf\u00e9.bin"),
    unicodedata.normalize("NFC", "caf\u00e9.bin"),
    ".leading.bin",
    "UPPER.bin",
    "upper.bin",
    "x" * 200 + ".bin",
    'a:b*c|d"e<f>.bin',
    "trailing. ",
    "con.bin",
    "/".join(f"d{n}" for n in range(20)) + "/deep.bin",
]  # fmt: skip


N_MANY = 5_000


def bytes_of(number: int) -> bytes:
    """No text: a browser would open that, in a folder, whatever the link says."""
    return bytes([0, 1, number, 255]) * 200


@pytest.fixture(scope="module")
def site(report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    store = make_store(folder / "runs")
    files = {name: bytes_of(n) for n, name in enumerate(NAMES)}
    files |= {f"many/{n:04}.txt": b"small" for n in range(N_MANY)}
    run_id = make_run(store, "names", artifacts={"first.bin": b"1"})
    artifacts = Path(store) / "0" / run_id / "artifacts"
    for name, data in files.items():  # names that logging refuses lie in folders of other tools
        (artifacts / name).parent.mkdir(parents=True, exist_ok=True)
        (artifacts / name).write_bytes(data)
    built = report("build", store, "-o", str(folder / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.mark.parametrize("place", ["file", "sub-path", "one-file"])
def test_every_file_can_be_saved_under_its_own_name(open_page, open_place, site, place):
    page = open_page(open_place(site, place), f"run/{run_id_of('names')}.html")
    assert page.locator("[data-role=artifacts] li").count() == MAX_ROWS
    page.locator("[data-role=all-files]").click()
    page.get_by_role("heading", name="Files of").wait_for()
    page.locator("footer").wait_for()
    assert page.locator("[data-role=artifact]").count() == len(NAMES) + N_MANY + 1
    for number, name in enumerate(NAMES):
        link = page.locator(f'[data-role=artifact][data-path="{css(name)}"]')
        assert link.get_attribute("download") == name.rsplit("/", 1)[-1]
        saved = Path(save(page, name).path()).read_bytes()
        assert saved == bytes_of(number), name


def save(page, path: str):
    """Choose a file in the tree, and save it from what is shown of it."""
    page.wait_for_function("() => globalThis.reporter?.openFile")
    page.evaluate("(path) => void reporter.openFile(path)", path)
    page.wait_for_function(
        "(path) => [...document.querySelectorAll('.preview')]"
        ".some((shown) => !shown.hidden && shown.dataset.of === path)",
        arg=path,
    )
    with page.expect_download() as started:
        page.locator(".preview:visible > header a[download]").click()
    return started.value


def css(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def test_paths_in_the_site_are_portable(site):
    paths = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    assert max(map(len, paths)) < 180
    folded = [unicodedata.normalize("NFC", path).casefold() for path in paths]
    assert len(set(folded)) == len(paths)
    assert not [path for path in paths if set(path) & set('<>:"|?*\\')]
    assert not [
        path for path in paths if any(part.endswith((".", " ")) for part in path.split("/"))
    ]


LARGE_BYTES = 30_000_000


@pytest.fixture(scope="module")
def weighed(report, tmp_path_factory) -> tuple[Path, str, str]:
    """Two runs with the same model and one with a file that is too large; what builds say."""
    folder = tmp_path_factory.mktemp("weighed")
    store = make_store(folder / "runs")
    model = bytes(range(256)) * 4_000
    for name in ("first", "second"):
        make_run(store, name, artifacts={"model/weights.bin": model, "a b.bin": bytes_of(1)})
    make_run(store, "third", artifacts={"deep/large #1.bin": b"\0" * LARGE_BYTES, "b.bin": b"\1"})
    whole = report("build", store, "-o", str(folder / "whole"))
    small = report("build", store, "-o", str(folder / "small"), "--max-artifact-size", "10 MB")
    assert (whole.returncode, small.returncode) == (0, 0), whole.stderr + small.stderr
    return folder, whole.stdout + whole.stderr, small.stdout + small.stderr


def test_the_build_says_what_weighs_most_and_what_it_left_out(weighed):
    _, whole, small = weighed
    assert re.search(r"\b[56] artifacts, 3[12]\.\d MB", whole), whole
    named = [line.split()[-1] for line in whole.splitlines() if "artifacts/" in line]
    assert "large%20" in named[0] or "#1.bin" in named[0]
    assert "1 artifact left out, 30.0 MB" in small
    assert "large" not in "".join(line for line in small.splitlines() if "artifacts/" in line)


def test_equal_bytes_are_shipped_once_and_linked_from_both(weighed, open_page, open_place):
    site = weighed[0] / "whole"
    assert len([path for path in site.rglob("weights.bin") if path.is_file()]) == 1
    for place in ("file", "sub-path"):
        opened = open_place(site, place)
        for run in ("first", "second"):
            page = open_page(opened, f"run/{run_id_of(run)}.html")
            saved = save(page, "model/weights.bin")
            assert Path(saved.path()).stat().st_size == 256 * 4_000


@pytest.mark.parametrize("place", ["file", "sub-path"])
def test_a_large_file_is_there_or_listed_with_its_size_and_place(
    weighed, open_page, open_place, place
):
    run = f"run/{run_id_of('third')}.html"
    page = open_page(open_place(weighed[0] / "small", place), run)
    left = page.locator("[data-path='deep/large #1.bin']")
    assert left.inner_text().split("\n") == ["large #1.bin", "30.0 MB, larger than 10.0 MB"]
    assert f"{run_id_of('third')}/artifacts/deep/large #1.bin in the store" in (
        left.get_attribute("title") or ""
    )
    assert page.locator("[data-path='b.bin'][href]").count() == 1
    page = open_page(open_place(weighed[0] / "whole", place), run)
    link = page.locator("[data-role=artifact][data-path='deep/large #1.bin']")
    assert "30.0 MB" in link.inner_text()
    saved = save(page, "deep/large #1.bin")
    assert saved.suggested_filename == "large #1.bin"
    assert Path(saved.path()).stat().st_size == LARGE_BYTES
