"""Files under every name that a file system takes: their links work, and save them as they were."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

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


def bytes_of(number: int) -> bytes:
    """No text: a browser would open that, in a folder, whatever the link says."""
    return bytes([0, 1, number, 255]) * 200


@pytest.fixture(scope="module")
def site(report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    store = make_store(folder / "runs")
    files = {name: bytes_of(n) for n, name in enumerate(NAMES)}
    files |= {f"many/{n:04}.txt": b"small" for n in range(1500)}
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
    assert page.locator("[data-role=artifact]").count() == len(NAMES) + 1501
    for number, name in enumerate(NAMES):
        link = page.locator(f'[data-role=artifact][data-path="{css(name)}"]')
        assert link.get_attribute("download") == name.rsplit("/", 1)[-1]
        if link.get_attribute("data-preview"):
            link.click()
            link = page.locator(".preview:visible header a[download]")
        with page.expect_download() as started:
            link.click()
        saved = Path(started.value.path()).read_bytes()
        assert saved == bytes_of(number), name


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
