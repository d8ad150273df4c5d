"""Which pages a rebuild is about."""

from __future__ import annotations

import json

from reporter.publish.bulletin import Bulletin


def catalog(**tables: str) -> bytes:
    record = {"experiments": [{"id": id_[1:], "tables": [name]} for id_, name in tables.items()]}
    return f'reporter.register("catalog",{json.dumps(record)});\n'.encode()


PAGES = ("index.html", "experiment/7/index.html", "experiment/8/index.html", "run/a.html")


def site(make_site, **changes: bytes):
    files = dict.fromkeys(PAGES, b"page") | {"data/catalog.js": catalog(e7="a.js", e8="b.js")}
    return make_site(files | {path.replace("__", "/"): data for path, data in changes.items()})


def changed(make_site, **changes: bytes) -> set[str]:
    """Build twice; return the pages that are told."""
    bulletin = Bulletin(str(site(make_site)))
    bulletin.post()
    before = {page: bulletin.digest(page) for page in PAGES}
    site(make_site, **changes)
    bulletin.post()
    return {page for page in PAGES if bulletin.digest(page) != before[page]}


def test_the_same_build_again_is_about_nothing(make_site):
    assert changed(make_site) == set()


def test_new_data_of_one_experiment_leave_others_and_their_runs_alone(make_site):
    data = catalog(e7="a2.js", e8="b.js")
    assert changed(make_site, **{"data__catalog.js": data}) == {
        "index.html",
        "experiment/7/index.html",
    }


def test_a_page_made_anew_is_told(make_site):
    assert changed(make_site, **{"run__a.html": b"new"}) == {"run/a.html"}


def test_a_catalog_that_cannot_be_read_is_about_every_overview(make_site):
    assert changed(make_site, **{"data__catalog.js": b"?"}) == set(PAGES) - {"run/a.html"}


def test_a_build_in_between_changes_nothing(make_site):
    folder = site(make_site)
    bulletin = Bulletin(str(folder))
    bulletin.post()
    before = bulletin.digest("index.html")
    (folder / "report.manifest.json").write_bytes(b"{")
    bulletin.post()
    assert bulletin.digest("index.html") == before


def test_nobody_waits_for_what_is_closed(make_site):
    bulletin = Bulletin(str(site(make_site)))
    bulletin.post()
    bulletin.close()
    known = bulletin.digest("index.html")
    assert bulletin.wait("index.html", known, timeout_s=60) == known
    assert bulletin.is_closed
