"""One run that left every kind of file behind, harmless and hostile ones: for tests of pages."""

from __future__ import annotations

HOSTILE_PAGE = """<!DOCTYPE html><html><head><title>t</title>
<script src="https://cdn.evil.test/x.js"></script>
<link rel="stylesheet" href="neighbour.css"><link rel="preconnect" href="https://evil.test">
<meta http-equiv="refresh" content="0;url=https://evil.test/">
</head><body><p id="said">nothing ran</p><a id="jump" href="#end">jump</a>
<img src="neighbour.png"><img src="//evil.test/a.png"><iframe src="https://evil.test"></iframe>
<div style="height: 3000px"></div><p id="end">end</p>
<script>
const said = [];
const attempt = (name, act) => { try { act(); said.push(name); } catch (error) { } };
attempt("parent", () => parent.document.title);
attempt("top", () => top.document.title);
attempt("storage", () => localStorage.length);
attempt("cookie", () => document.cookie);
document.getElementById("jump").click();
document.getElementById("said").textContent = `reached: [${said}]`;
</script></body></html>"""

HOSTILE_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"
onload="top.pwned = 1">
<script>top.pwned = 1; fetch("https://evil.test")</script>
<image href="https://evil.test/a.png"/><rect width="40" height="30" fill="teal"/></svg>"""

# Code that a hostile file would run in the page of the report.
PWN = "window.pwned = 1"

MAKE = """
import json, sys, zipfile
from pathlib import Path
import altair, numpy, pandas
import plotly.graph_objects as go
import reporter

store, files = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
reporter.set_tracking_uri(store)
reporter.set_experiment("zoo")
with reporter.start_run(run_name="zoo"):
    reporter.log_metric("loss", 0.5, step=1)
    for path, text in files.items():
        reporter.log_text(text, path)
    bars = go.Figure(go.Bar(x=["a", "b"], y=[1, 2]), {"title": {"text": "Bars <script>"}})
    reporter.log_figure(bars, "figures/bars.json")
    reporter.log_figure(bars, "figures/bars.html")
    table = pandas.DataFrame({"x": range(9), "y": range(9)})
    line = altair.Chart(table).mark_line().encode(x="x", y="y").properties(width=150, height=100)
    reporter.log_figure(line, "figures/line.json")
    reporter.log_figure(line.properties(width=1100), "figures/wide.json")
    noise = numpy.random.default_rng(0).integers(0, 255, (28, 28), dtype="uint8")
    reporter.log_image(noise, "digit.png")
    reporter.log_image(numpy.zeros((600, 900, 3), dtype="uint8"), "large.png")
"""
FILES = {
    "page.html": HOSTILE_PAGE,
    "drawing.svg": HOSTILE_SVG,
    "fake.png": "no picture",
    "model.pkl": f"<script>{PWN}</script>",
    "markup": f"<html><script>{PWN}</script></html>",
    "deep.json": "[" * 100_000,
    "tree.json": '{"lr": 0.1, "net": {"layers": [1, 2, 3]}}',
    "table.csv": "name,value\n=1+1,2\n<script>,3\n",
    "notes.md": f"# Notes\n\n<script>{PWN}</script> [x](javascript:{PWN}) ![e](https://evil.test/e.png)"
    " ![d](digit.png)",
    "long.log": "".join(f"line {n} \x1b[31m<b>\x1b[0m\n" for n in range(3000)),
    "train.py": "def train():\n    return '</script>'\n",
    "100% #1?.txt": "a name",
}
