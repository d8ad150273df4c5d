"""A view as LaTeX and vector drawings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from reporter.charts.curves import Curve, draw_curves
from reporter.cli import main
from reporter.config import View, read_config
from reporter.errors import ExperimentNotFoundError, InvalidInputError
from reporter.publish import latex
from reporter.publish.means import mean_and_margin, mean_curve
from reporter.publish.paper import find_view, make_paper, write_paper
from reporter.store.ports import History
from reporter.store.reader import open_store
from tests.builders import make_run, make_store, run_id_of


@pytest.fixture
def store(tmp_path) -> str:
    path = make_store(tmp_path / "runs", {"7": "digits_mlp"})
    for hidden, base in (("32", 0.2), ("64", 0.1)):
        for seed in range(3):
            value = base + seed / 100
            make_run(
                path,
                f"{hidden}-{seed}",
                experiment_id="7",
                params={"hidden": hidden, "seed": str(seed), "note_%": "a&b"},
                metrics={"val_loss": [value + 1, value], "acc": [1 - value]},
            )
    make_run(path, "odd", experiment_id="7", params={"hidden": "8"}, metrics={"val_loss": [9.0]})
    make_run(path, "bare", experiment_id="7", params={"hidden": "8"})
    return path


def test_repetitions_are_one_row_with_an_interval(store):
    paper = make_paper(open_store(store), View(name="Best_ones"))
    table = paper.files["table.tex"].decode()
    rows = [line.strip() for line in table.splitlines() if line.strip().endswith(r"\\")]
    assert rows[0] == r"hidden & val\_loss $\downarrow$ & acc $\uparrow$ & n \\"
    assert rows[1] == r"64 & $\mathbf{0.110} \pm 0.025$ & $\mathbf{0.890} \pm 0.025$ & $3$ \\"
    assert rows[2].startswith(r"32 & $0.210 \pm 0.025$")
    assert rows[3] == r"8 & $9.000$ & -- & $1$ \\"
    assert r"\caption{digits\_mlp: Best\_ones." in table
    assert r"\toprule" in table
    assert run_id_of("odd")[:8] in table, "few runs are named in the caption"
    assert paper.notes == ("1 run without a value in any numeric column left out.",)


def test_every_file_says_which_runs_it_was_made_from(store):
    paper = make_paper(open_store(store), View(name="", query="params.hidden = '64'"))
    listing = paper.files["runs.txt"].decode()
    ids = re.findall(r"^[0-9a-f]{32}", listing, re.MULTILINE)
    assert sorted(ids) == sorted(run_id_of(f"64-{seed}") for seed in range(3))
    (digest,) = set(re.findall(r"run ids: ([0-9a-f]{64})", listing))
    for name in ("table.tex", "figures.tex"):
        text = paper.files[name].decode()
        assert digest in text
        assert "% Filter: params.hidden = '64'" in text
    again = make_paper(open_store(store), View(name="", query="params.hidden = '64'"))
    for name, data in paper.files.items():  # the converter numbers a PDF's objects as it likes
        assert name.endswith(".pdf") or again.files[name] == data


def test_columns_order_and_experiment_of_the_view_are_followed(store):
    view = View(
        name="",
        experiment="digits_mlp",
        columns=("metrics.val_loss:min", "params.hidden", "params.note_%", "attributes.run_id"),
        sort=("-params.hidden",),
        query="attributes.run_name != 'odd'",
    )
    table = make_paper(open_store(store), view).files["table.tex"].decode()
    rows = [line.strip() for line in table.splitlines() if line.strip().endswith(r"\\")]
    assert rows[0] == r"val\_loss, min $\downarrow$ & hidden & note\_\% & Run id & n \\"
    assert [row.split(" & ")[1] for row in rows[1:3]] == ["64", "32"]
    assert rows[1].split(" & ")[2:4] == [r"a\&b", "various"]


def test_drawings_have_the_width_of_the_column(store):
    paper = make_paper(open_store(store), View(name=""), width_cm=8.5)
    assert {name for name in paper.files if name.endswith((".svg", ".pdf"))} == {
        "val-loss.svg", "val-loss.pdf",
    }  # fmt: skip
    svg = paper.files["val-loss.svg"].decode()
    assert float(re.search(r'<svg[^>]* width="([\d.]+)"', svg)[1]) == pytest.approx(8.5 / 2.54 * 96)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+)", paper.files["val-loss.pdf"])
    assert float(box[1]) == pytest.approx(8.5 / 2.54 * 72, abs=0.1)
    assert "hidden 64" in svg
    assert "#045694" in svg
    assert paper.files["figures.tex"].decode().count(r"\includegraphics") == 1


@pytest.mark.parametrize(
    ("view", "metrics", "message"),
    [
        (
            View(name="", experiment="digits"),
            (),
            "no experiment 'digits'. Did you mean 'digits_mlp'",
        ),
        (View(name="", columns=("params.hiden",)), (), "Did you mean 'params.hidden'"),
        (View(name="", query="params.hidden = 'x'"), (), "No run of 'digits_mlp' matches"),
        (View(name=""), ("val_los",), "Did you mean 'val_loss'"),
        (View(name="", query="attributes.run_name = 'bare'"), (), "No run has a value"),
    ],
)
def test_what_is_not_there_is_said(store, view, metrics, message):
    with pytest.raises((InvalidInputError, ExperimentNotFoundError), match=re.escape(message)):
        make_paper(open_store(store), view, metrics=metrics)


def test_views_are_found_by_name():
    config = read_config("[[views]]\nname = 'Best ten'")
    assert find_view(config, "Best ten").name == "Best ten"
    with pytest.raises(InvalidInputError, match="Did you mean 'Best ten'"):
        find_view(config, "Best tn")


def test_means_and_margins():
    mean, margin = mean_and_margin([1.0, 2.0, 3.0, 4.0])
    assert (mean, margin) == (2.5, pytest.approx(2.0542, abs=1e-4))
    assert mean_and_margin([1.0, float("nan"), 2.0])[1] is None


def history(run_id: str, steps: list[int], values: list[float]) -> History:
    return History(
        run_id=run_id,
        key="loss",
        steps=np.array(steps),
        timestamps_ms=np.zeros(len(steps), dtype=np.int64),
        values=np.array(values, dtype=float),
    )


def test_a_mean_curve_stands_on_the_steps_that_all_have():
    curve = mean_curve(
        "x", [history("a", [2, 1, 1], [3, 9, 1]), history("b", [1, 2, 3], [3, 5, 7])]
    )
    assert curve.steps.tolist() == [1, 2]
    assert curve.values.tolist() == [2, 4]
    assert curve.margins is None, "two runs have no interval"
    apart = mean_curve("x", [history("a", [1], [1]), history("b", [2], [float("nan")])])
    assert apart.steps.tolist() == [1, 2]
    assert np.isnan(apart.values[1])


def test_a_curve_with_gaps_and_many_lines_is_drawn():
    steps = np.arange(4.0)
    curves = [Curve(name=f"<{n}>", steps=steps, values=steps * n) for n in range(12)]
    curves[3] = Curve(name="<3>", steps=steps, values=np.array([1, np.nan, np.inf, 2.0]))
    svg = draw_curves(curves, "svg", metric="a<b", x_title="step", width_cm=6).decode()
    assert "NaN" not in svg
    assert "&lt;11&gt;" in svg
    assert "stroke-dasharray" in svg, "the ninth line is told apart by its dashes"


def test_latex_escapes_what_was_logged():
    column = latex.Column(heading="$\\x{}#~^_%&<>|", cells=("a\nb", "\\input{/etc/passwd}"))
    text = latex.table([column], caption="c", label="l")
    assert r"a b \\" in text
    assert r"\textbackslash{}input\{/etc/passwd\} \\" in text
    assert r"\$\textbackslash{}x\{\}\#\textasciitilde{}\textasciicircum{}\_\%\&" in text


def test_latex_is_escaped_as_the_page_escapes_it():
    cases = Path(__file__).resolve().parents[2] / "shared" / "latex_cases.json"
    for case in json.loads(cases.read_text("utf-8")):
        assert latex.escape(case["text"]) == case["latex"]


def test_latex_numbers():
    values = (1234567.0, -0.25, 0.5, 3.1e-7, float("nan"), float("inf"), float("-inf"), None)
    column = latex.Column(heading="x", cells=tuple(latex.Value(mean=value) for value in values))
    text = latex.table([column], caption="c", label="l")
    assert "$1{,}234{,}567" in text
    assert "$-0.25" in text
    assert r"3.1 \times 10^{-7}" in text
    assert all(f"    {cell} " in text for cell in ("NaN", r"$\infty$", r"$-\infty$", "--"))


def test_a_mean_has_the_digits_of_its_margin():
    cells = (latex.Value(mean=0.0097, margin=0.004277), latex.Value(mean=1.01, margin=1.15))
    text = latex.table([latex.Column(heading="x", cells=cells)], caption="c", label="l")
    assert r"$0.010 \pm 0.004$" in text
    assert r"$1.010 \pm 1.150$" in text
    exact = latex.Column(heading="x", cells=(latex.Value(mean=2.0, margin=0.0),))
    assert r"$2 \pm 0$" in latex.table([exact], caption="c", label="l")


def test_the_command_writes_the_files_and_says_what_it_left_out(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("report.toml").write_text("[[views]]\nname = 'Best'\nquery = 'params.hidden = \"64\"'")
    run = CliRunner()
    done = run.invoke(
        main, ["paper", "runs", "--view", "Best", "--figures", "svg", "--width", "6cm"]
    )
    assert done.exit_code == 0, done.stderr
    assert done.stdout.split() == [
        "paper/figures.tex", "paper/runs.txt", "paper/table.tex", "paper/val-loss.svg",
    ]  # fmt: skip
    assert "% Filter: params.hidden" in Path("paper/table.tex").read_text()
    for wrong in (["--width", "wide"], ["--figures", "png"], ["--view", "Worst"]):
        assert run.invoke(main, ["paper", "runs", *wrong]).exit_code == 2


def test_files_are_written_where_they_are_wanted(store, tmp_path):
    paper = make_paper(open_store(store), View(name=""), formats=())
    paths = write_paper(paper, str(tmp_path / "a" / "b"))
    assert [Path(path).name for path in paths] == ["runs.txt", "table.tex"]
    assert all(Path(path).stat().st_size for path in paths)
