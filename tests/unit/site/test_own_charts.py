from __future__ import annotations

import re
import sys
import textwrap
import threading

import pytest

from reporter.config import load_config
from reporter.site import links
from reporter.site.own.charts import load_own_charts
from tests.builders import run_id_of

EXPERIMENT = links.experiment_page("7")
RUNS = {
    f"mlp-{i}": {"params": {"lr": str(10.0**-i)}, "metrics": {"loss": [1.0, 0.5 - i / 8]}}
    for i in range(3)
}
SCATTER = """
    import altair as alt
    import reporter

    @reporter.chart(title="Loss by rate")
    def loss_by_rate(runs):
        table = runs.rename(columns={"params.lr": "lr", "metrics.loss": "loss"})
        return alt.Chart(table[["lr", "loss"]]).mark_point().encode(x="lr:Q", y="loss:Q")
"""


@pytest.fixture
def configured(tmp_path):
    """Write a file of charts and a report.toml that names it; read that as a person names it."""

    def make(code: str, toml: str = ""):
        (tmp_path / "charts.py").write_text(textwrap.dedent(code), encoding="utf-8")
        path = tmp_path / "report.toml"
        path.write_text(f'[charts]\nfile = "charts.py"\n{toml}', encoding="utf-8")
        return load_config(str(path))

    return make


def cards(site, page: str) -> list[str]:
    found = re.search(r'data-role="own-charts">(.*?)</section>', site.text(page), re.DOTALL)
    return re.findall(r'data-path="([^"]+)"', found[1]) if found else []


def test_a_chart_of_the_users_is_drawn_in_a_frame_and_as_a_still_picture(
    memory_store, built, configured
):
    site = built(memory_store(RUNS), config=configured(SCATTER))
    assert site.result.problems == ()
    assert cards(site, EXPERIMENT) == ["loss_by_rate"]
    assert cards(site, "index.html") == []
    text = site.text(EXPERIMENT)
    assert "Loss by rate" in text
    figures = re.search(r'data-figures="([^"]+)"', text)[1]
    # Params that are numbers are numbers: text would make an axis of names.
    assert '"loss":0.25,"lr":0.01' in site.text(figures)
    assert re.search(r'src="../../(data/figure-\w+\.png)"', text)[1] in site.files


def test_each_kind_of_page_gets_its_own_data(memory_store, built, configured):
    config = configured("""
        import altair as alt
        import reporter

        def table(**counts):
            return alt.Chart(alt.Data(values=[counts])).mark_point()

        @reporter.chart(page="index")
        def first(runs):
            return table(runs=len(runs), names=",".join(sorted(runs["run_name"])))

        @reporter.chart(page="run")
        def single(histories, runs):
            return table(points=len(histories), runs=len(runs), last=histories["value"].iloc[-1])

        @reporter.chart(experiment="digits")
        def meant(runs):
            return table(experiment=runs["experiment"].iloc[0])

        @reporter.chart(experiment="other")
        def of_another(runs):
            return table(n=1)
    """)
    site = built(memory_store(RUNS), config=config)
    assert site.result.problems == ()
    run_page = links.run_page(run_id_of("mlp-1"))
    shown = {"index.html": ["first"], EXPERIMENT: ["meant"], run_page: ["single"]}
    assert {page: cards(site, page) for page in shown} == shown
    data = "".join(
        site.text(path)
        for path in site.files
        if path.startswith("data/figure") and path.endswith(".js")
    )
    assert '"names":"mlp-0,mlp-1,mlp-2","runs":3' in data
    assert '"last":0.375,"points":2,"runs":1' in data
    assert '"experiment":"digits"' in data


def test_plotly_and_matplotlib_figures_and_lists_are_drawn(memory_store, built, configured):
    pytest.importorskip("matplotlib")
    pytest.importorskip("plotly")
    config = configured("""
        import matplotlib.pyplot as plt
        import plotly.graph_objects as go
        import reporter

        @reporter.chart
        def axes(runs):
            figure, ax = plt.subplots()
            ax.plot(runs["metrics.loss"])
            return ax

        @reporter.chart
        def bars(runs):
            return [go.Figure(go.Bar(y=[1, 2])), go.Figure(go.Bar(y=[3]))]

        @reporter.chart
        def nothing_here(runs):
            return []
    """)
    store = memory_store(RUNS)
    site = built(store, config=config)
    assert site.result.problems == ()
    assert cards(site, EXPERIMENT) == ["axes", "bars", "bars"]
    text = site.text(EXPERIMENT)
    assert text.count('data-role="plotly"') == 2
    assert re.search(r'src="../../(data/figure-\w+\.png)"', text)[1] in site.files
    assert sys.modules["matplotlib.pyplot"].get_fignums() == []
    again = built(store, config=config)
    assert again.files == site.files


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no such thing')", "ValueError: no such thing (line 6)"),
        ("return runs['metrics.nope']", "KeyError: 'metrics.nope' (line 6)"),
        ("return runs", "It returned a value of type DataFrame, which is no figure."),
        ("return None", "It returned nothing."),
        ("raise SystemExit(3)", "SystemExit: 3 (line 6)"),
        ("while True: pass", "It took longer than 1 s"),
        ("return alt.Chart('https://example.org/a.csv').mark_point()", "The chart loads"),
        (
            "return alt.Chart(alt.Data(values=['x' * 9_000_000])).mark_bar()",
            "The figure holds 9.0 MB",
        ),
    ],
)
def test_what_fails_leaves_a_hole_and_a_problem(memory_store, built, configured, body, said):
    good = textwrap.dedent(SCATTER)
    code = f"import altair as alt\nimport reporter\n@reporter.chart\ndef wrong(runs):\n\n    {body}"
    site = built(memory_store(RUNS), config=configured(f"{code}\n{good}", "max_seconds = 1"))
    (problem,) = site.result.problems
    assert problem.detail.startswith(said)
    assert problem.where == "charts.py, wrong, for digits"
    assert cards(site, EXPERIMENT) == ["wrong", "loss_by_rate"]
    assert '<div class="hole">' in site.text(EXPERIMENT)
    assert "charts.py, wrong" in site.text("index.html")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def f(:\n", "(line 1)"),
        ("\nimport no_such_module_at_all", "ModuleNotFoundError"),
        ("\n\n1 / 0", "ZeroDivisionError: division by zero (line 3)"),
        ("import reporter\n@reporter.chart(page='runs')\ndef f(runs): ...", "There is no page"),
        ("x = 1", "It has none"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_problem(memory_store, built, configured, code, said):
    site = built(memory_store(RUNS), config=configured(code))
    (problem,) = site.result.problems
    assert said in problem.detail
    assert problem.where == "charts.py"
    assert cards(site, EXPERIMENT) == []


def test_a_missing_file_is_a_problem(memory_store, built, configured, tmp_path):
    config = configured("")
    (tmp_path / "charts.py").unlink()
    (problem,) = built(memory_store(RUNS), config=config).result.problems
    assert "No such file" in problem.detail


def test_a_function_that_takes_nothing_is_told_what_it_may_take(memory_store, built, configured):
    config = configured("import reporter\n@reporter.chart\ndef f(): ...")
    (problem,) = built(memory_store(RUNS), config=config).result.problems
    assert "a chart takes runs, or runs, histories" in problem.detail


def test_a_second_build_sees_what_changed(memory_store, built, configured):
    code = SCATTER.replace("@reporter.chart(", '@reporter.chart(page="{page}", ')
    run_page = links.run_page(run_id_of("mlp-1"))
    store = memory_store(RUNS)
    for page, path in (("experiment", EXPERIMENT), ("run", run_page)):
        config = configured(code.replace("{page}", page))
        first = built(store, config=config)
        same = built(store, first, config=config)
        assert same.files == first.files
        edited = configured(code.replace("{page}", page).replace("mark_point", "mark_bar"))
        other = built(store, same, config=edited)
        assert other.text(path) != first.text(path)
        assert cards(other, path) == ["loss_by_rate"]


def test_problems_of_a_run_page_that_is_kept_are_told_again(memory_store, built, configured):
    config = configured("import reporter\n@reporter.chart(page='run')\ndef f(runs): ...")
    store = memory_store(RUNS)
    first = built(store, config=config)
    second = built(store, first, config=config)
    assert len(first.result.problems) == 3
    assert second.result.problems == first.result.problems
    assert second.result.files_written == 0


def test_modules_beside_the_file_are_imported_anew_and_count(configured, tmp_path):
    beside = tmp_path / "own_titles.py"
    beside.write_text("TITLE = 'one'")
    code = "import reporter, own_titles\n@reporter.chart(title=own_titles.TITLE)\ndef f(runs): ..."
    config = configured(code)
    first = load_own_charts(config)
    beside.write_text("TITLE = 'two'")
    second = load_own_charts(config)
    assert [own.functions[0].title for own in (first, second)] == ["one", "two"]
    assert first.digest != second.digest
    assert "own_titles" not in sys.modules
    assert str(tmp_path) not in sys.path
    assert not (tmp_path / "__pycache__").exists()


def test_a_function_out_of_time_is_stopped(configured, memory_store, built):
    config = configured(
        "import reporter\n@reporter.chart\ndef f(runs):\n    while True: pass", "max_seconds = 1"
    )
    built(memory_store(RUNS), config=config)
    left = [thread for thread in threading.enumerate() if thread.name == "chart function"]
    for thread in left:
        thread.join(5)
    assert not any(thread.is_alive() for thread in left)


def test_what_a_function_prints_goes_to_stderr(configured, memory_store, built, capsys):
    config = configured(
        "import reporter\nprint('loading')\n@reporter.chart\ndef f(runs): return []"
    )
    built(memory_store(RUNS), config=config)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "loading\n")


@pytest.mark.parametrize("where", ["in the store", "the store is the working directory"])
def test_a_configuration_that_came_with_the_store_runs_nothing(
    memory_store, built, tmp_path, where
):
    store, marker = tmp_path / "runs", tmp_path / "ran"
    store.mkdir()
    (store / "charts.py").write_text(f"open({str(marker)!r}, 'w')")
    (store / "report.toml").write_text('[charts]\nfile = "charts.py"')
    folder = store if where != "in the store" else tmp_path
    config = load_config(None, str(store), str(folder))
    (problem,) = built(memory_store(RUNS), config=config).result.problems
    assert "It was not run" in problem.detail
    assert "--config" in problem.hint
    assert not marker.exists()


def test_a_configuration_beside_the_store_or_named_by_hand_may_run(tmp_path):
    store = tmp_path / "runs"
    store.mkdir()
    (store / "report.toml").write_text("")
    assert load_config(str(store / "report.toml"), str(store)).may_run_code
    (store / "report.toml").unlink()
    (tmp_path / "report.toml").write_text("")
    assert load_config(None, str(store), str(tmp_path)).may_run_code
    link = tmp_path / "linked"
    link.symlink_to(store)
    (store / "report.toml").write_text("")
    assert not load_config(None, str(link), str(tmp_path)).may_run_code
