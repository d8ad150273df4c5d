"""What ``report.toml`` says is what the site shows; a change of it is seen by the next build."""

from __future__ import annotations

import re

import pytest

from reporter.config import read_config
from reporter.errors import ConfigError
from reporter.site.check import check_pages
from reporter.site.plan import SiteSettings, gather
from tests.builders import run_id_of

BIG = bytes(70_000)


@pytest.fixture
def store(memory_store):
    runs = {
        f"mlp-{i}": {
            "params": {"lr": str(10.0**-i), "hidden": "64"},
            "metrics": {"val_loss": [1.0, 0.5 - i / 10], "acc": [0.5, 0.75]},
            "artifacts": {"best.pkl": BIG, "last.pkl": BIG, "notes.txt": b"small", "a.html": BIG},
        }
        for i in range(2)
    }
    return memory_store(runs)


def configured(text: str, path: str = "report.toml") -> dict[str, object]:
    return {"config": read_config(text, path), "title": ""}


def pages(site):
    is_page = re.compile(r"(index|compare|experiment/.*|run/.*)\.html").fullmatch
    return {path: data for path, data in site.files.items() if is_page(path)}


def changed(before, after):
    paths = before.files.keys() | after.files.keys()
    return {path for path in paths if before.files.get(path) != after.files.get(path)}


def test_titles_texts_and_pictures(store, built, tmp_path):
    (tmp_path / "home.md").write_text("# Why\n\n![plot](plot.png) <b>raw</b> ![](../../etc/passwd)")
    (tmp_path / "plot.png").write_bytes(b"png")
    text = "title = 'Digits & wine'\ndescription = 'With **little** data'\nhome = 'home.md'"
    site = built(store, **configured(text, str(tmp_path / "report.toml")))
    index = site.files["index.html"].decode()
    assert "<title>Digits &amp; wine</title>" in index
    assert "With <strong>little</strong> data" in index
    assert "&lt;b&gt;raw" in index
    assert 'passwd"' not in index
    (shipped,) = [path for path in site.files if path.startswith("assets/home-")]
    assert f'src="{shipped}"' in index
    assert not check_pages(pages(site).items(), site.files)
    with pytest.raises(ConfigError, match=r"home page 'none.md' cannot be read"):
        built(store, **configured("home = 'none.md'"))


def test_metrics_are_declared(store, built):
    site = built(store, **configured("[metrics.acc]\ndirection = 'min'\nunit = 'pt'"))
    page = site.files[f"run/{run_id_of('mlp-0')}.html"].decode()
    assert '<span class="dir">↓</span> <span class="u">pt</span>' in page
    assert b'"acc":{"direction":"min","unit":"pt"' in site.files["data/catalog.js"]


def test_views_are_links(store, built):
    text = (
        "[[views]]\nname = 'Best'\ndescription = 'Top'\nquery = 'lr < 1'\n"
        "[[views]]\nname = 'Elsewhere'\nexperiment = 'other'\n"
    )
    site = built(store, **configured(text))
    page = site.files["experiment/7/index.html"].decode()
    assert '<a data-role="view" href="#v=1&amp;q=lr%20%3C%201" title="Top">' in page
    assert "Elsewhere" not in page
    index = site.files["index.html"].decode()
    assert 'href="experiment/7/index.html#v=1&amp;q=lr%20%3C%201"' in index
    assert "there is no experiment &#39;other&#39;" in index


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "lr = = 1",
            "Query cannot be read: report.toml views[1]. 'lr = = 1': Column 6",
        ),
        ("metrics.val_los < 1", "No run has a metric 'metrics.val_los'. Did you mean 'val_loss'"),
        ("#v=1&q=(mlp", "'(mlp': Column 5: expected AND, OR or )"),
        ("mlp -lr:0.1 status:failed val_loss:min < 1", ""),
    ],
)
def test_a_query_of_a_view_is_read_when_the_site_is_built(store, query, said):
    kind = "link" if query.startswith("#") else "query"
    config = read_config(f'[[views]]\nname = "a"\n{kind} = "{query}"', "report.toml")
    plan = gather(store, SiteSettings(config=config), lambda *_: None)
    told = "".join(
        f"{problem.what}: {problem.where}. {problem.detail}" for problem in plan.problems
    )
    assert said in told
    assert bool(said) == bool(told)


def test_columns_come_in_the_order_asked_for(store, built):
    columns = "columns = ['metrics.acc', 'params.lr', 'params.lrr']"
    site = built(store, **configured(columns))
    page = site.files["experiment/7/index.html"].decode()
    order = [page.index(f'data-column="{name}"') for name in ("metrics.acc", "params.lr")]
    assert order == sorted(order)
    assert order[1] < page.index('data-column="attributes.start_time"')
    assert "Did you mean &#39;params.lr&#39;" in site.files["index.html"].decode()


def test_equal_bytes_are_shipped_once_under_every_name(store, built):
    site = built(store)
    first, second = (
        run_id_of(f"mlp-{i}") for i in sorted(range(2), key=lambda i: run_id_of(f"mlp-{i}"))
    )
    artifacts = [path for path in site.files if path.startswith("artifacts/")]
    assert [path for path in artifacts if path.endswith(".pkl")] == [f"artifacts/{first}/best.pkl"]
    assert len([path for path in artifacts if path.endswith("notes.txt")]) == 2, "small ones stay"
    page = site.files[f"run/{second}.html"].decode()
    assert f'href="../artifacts/{first}/best.pkl" download="last.pkl"' in page
    assert not check_pages(pages(site).items(), site.files)


def test_what_is_left_out_is_listed_with_its_size_and_why(store, built):
    site = built(store, **configured("[artifacts]\nexclude = ['*.html']\nmax_size = '50 kB'"))
    page = site.files[f"run/{run_id_of('mlp-0')}.html"].decode()
    assert "70.0 kB, larger than 50.0 kB" in page
    assert "70.0 kB, excluded" in page
    run_id = run_id_of("mlp-0")
    assert f'title="7/{run_id}/artifacts/best.pkl in the store"' in page
    listed = page[page.index('data-role="left-out"') :]
    assert "3 files left out" in listed
    assert f"<bdi>7/{run_id}/artifacts/best.pkl in the store</bdi>" in listed
    assert not [path for path in site.files if path.endswith((".pkl", ".html.txt"))]
    assert not check_pages(pages(site).items(), site.files)
    again = built(store, max_artifact_bytes=80_000, **configured("[artifacts]\nmax_size = '1 B'"))
    assert any(path.endswith("best.pkl") for path in again.files)


def test_a_change_of_the_configuration_is_seen(store, built):
    before = built(store, **configured("title = 'A'"))
    same = built(store, before, **configured("title = 'A'"))
    assert not changed(before, same)
    page = "experiment/7/index.html"
    viewed = built(store, before, **configured("title = 'A'\n[[views]]\nname = 'x'"))
    assert page in changed(before, viewed)
    assert f"run/{run_id_of('mlp-0')}.html" not in changed(before, viewed)
    themed = built(store, before, **configured("title = 'A'\n[theme]\naccent = '#0b6e4f'"))
    assert {page, "index.html", f"run/{run_id_of('mlp-0')}.html"} <= changed(before, themed)
    declared = built(store, before, **configured("title = 'A'\n[metrics.acc]\nunit = 's'"))
    assert f"run/{run_id_of('mlp-0')}.html" in changed(before, declared)
