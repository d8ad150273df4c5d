"""How fast metric charts come to the screen, against a page that holds only Vega's runtime (K).

Makes its own data, opens pages from disk in a real Chromium, and prints medians and ratios:

    python benchmarks/charts_page.py [--repeat 5] [--keep FOLDER]

Demanded: 50 runs x 500 points ready <= 3.5 K, 200 x 1,000 <= 4 K; a move of the cursor <= 8 ms
whatever the points; a step of smoothing <= 200 and <= 400 ms; a page of 50 charts x 200 runs
scrolls smoothly, and keeps few of its charts drawn.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reporter.charts import compiled_charts, downsample, vega_script
from reporter.site import payload, theme

CASES = {"50 x 500": (50, 500), "200 x 1000": (200, 1000)}
MANY = (200, 500)
MANY_CHARTS = 50
SEED = 7
WAIT_MS = 60_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

PAGE = """<!doctype html>
<html lang="en" data-root="" data-report="benchmark" data-page="experiment">
<head><meta charset="utf-8"><title>Charts</title>
<meta http-equiv="Content-Security-Policy" content="{csp}">
<link rel="stylesheet" href="site.css">
{scripts}
</head><body><main>{body}</main></body></html>
"""
SITE_SCRIPTS = '<script src="site.js" defer></script><script src="data/catalog.js" defer></script>'
CARD = """<figure class="panel card" data-role="chart" data-metric="{metric}" data-kind="line"
data-x="step" data-x-title="step" data-experiment="1" data-state="idle"><figcaption class="ph">
<h3>{metric}</h3><span class="spacer"></span></figcaption><div class="plotbox"></div></figure>"""

# Time from navigation until after the paint that follows the last card's readiness, or the load.
WATCH = """
window.afterPaint = () => new Promise((done) =>
  requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
window.ready = new Promise((done) => addEventListener("load", () => {
  const cards = [...document.querySelectorAll("[data-role=chart]")];
  const isReady = () => cards.every((card) => card.dataset.state === "ready");
  const check = () => isReady() && (observer.disconnect(), afterPaint().then(done));
  const observer = new MutationObserver(check);
  observer.observe(document, { subtree: true, attributeFilter: ["data-state"] });
  check();
}));
"""

# Synchronous work of one move over the chart, at many places.
HOVER = """async () => {
  const box = document.querySelector(".plotbox");
  const { left, top, width, height } = box.getBoundingClientRect();
  const frame = window.requestAnimationFrame;
  const spent = [];
  window.requestAnimationFrame = (act) => frame((now) => {
    const before = performance.now();
    act(now);
    document.body.offsetHeight;
    spent.push(performance.now() - before);
  });
  for (let i = 0; i < 60; i++) {
    const at = { clientX: left + 60 + ((width - 90) * i) / 60, clientY: top + height / 2 };
    box.dispatchEvent(new PointerEvent("pointermove", { ...at, bubbles: true }));
    await new Promise((done) => frame(done));
  }
  window.requestAnimationFrame = frame;
  if (document.querySelector(".chart-tip").hidden) throw new Error("no tooltip");
  return spent.sort((a, b) => a - b)[Math.floor(spent.length / 2)];
}"""

SMOOTH = """async () => {
  const { prototype } = reporter.ChartDrawing;
  const { draw } = prototype;
  const spent = [];
  let done;
  prototype.draw = async function (look) {
    const before = performance.now();
    await draw.call(this, look);
    spent.push(performance.now() - before);
    done();
  };
  for (const weight of [0.1, 0.5, 0.9, 0.6, 0.95]) {
    const drawn = new Promise((resolve) => { done = resolve; });
    reporter.view.set({ smooth: String(weight) });
    await drawn;
  }
  prototype.draw = draw;
  return spent.sort((a, b) => a - b)[2];
}"""

# Scroll down a page and up again at a reader's pace: times between frames, and charts kept.
SCROLL = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const bottom = document.documentElement.scrollHeight - innerHeight;
  const spent = [];
  let most = 0;
  let before = await frame();
  for (const way of [1, -1]) {
    for (let at = 0; at <= bottom; at += 10) {
      scrollTo(0, way > 0 ? at : bottom - at);
      const now = await frame();
      spent.push(now - before);
      before = now;
      most = Math.max(most, document.querySelectorAll("canvas").length);
    }
  }
  spent.sort((a, b) => a - b);
  const share = (part) => spent[Math.floor(part * (spent.length - 1))];
  return { median: share(0.5), p95: share(0.95), worst: share(1), most, frames: spent.length };
}"""


def make_values(n_runs: int, n_points: int) -> np.ndarray:
    """Make learning curves: decay to a floor of the run's own, with noise."""
    random = np.random.default_rng(SEED)
    steps = np.arange(n_points) / n_points
    floors = random.uniform(0.05, 0.3, (n_runs, 1))
    noise = random.normal(0, 0.03, (n_runs, n_points))
    return floors + np.exp(-6 * steps) + noise * (1.2 - steps)


def series_record(ids: list[str], values: np.ndarray) -> dict[str, object]:
    """Cut and pack the series of one metric as the builder does."""
    steps = np.arange(values.shape[1])
    kept = [downsample(steps, row) for row in values]
    shown = np.concatenate([row[at] for row, at in zip(values, kept, strict=True)])
    return {
        "runs": payload.to_base64(np.frombuffer(bytes.fromhex("".join(ids)), dtype=np.uint8)),
        "n": [values.shape[1]] * len(ids),
        "offsets": [0, *np.cumsum([len(at) for at in kept]).tolist()],
        "steps": payload.pack_steps([steps[at] for at in kept]),
        "values": payload.pack_series_values(shown),
    }


def runs_table(ids: list[str]) -> dict[str, object]:
    """Pack what charts ask of the runs table."""
    n = len(ids)
    names = [f"mlp-h{2 ** (4 + i % 4)}-s{i}" for i in range(n)]
    text = {"kind": "text", "label": "", "differs": True, "unit": "", "direction": ""}
    id_bytes = np.frombuffer(bytes.fromhex("".join(ids)), dtype=np.uint8)
    places = np.arange(1, n + 1)
    status = np.ones(n, dtype=np.int64)
    return {
        "n": n,
        "columns": [
            {
                **text,
                "id": "attributes.run_id",
                "kind": "id",
                "values": payload.pack(id_bytes, "u8"),
            },
            {
                **text,
                "id": "attributes.run_name",
                "codes": payload.pack_whole(places),
                "dictionary": names,
            },
            {
                **text,
                "id": "attributes.status",
                "kind": "status",
                "codes": payload.pack_whole(status),
                "dictionary": ["finished"],
            },
        ],
    }


def write_data(folder: Path, name: str, key: str, value: object) -> str:
    (folder / "data" / f"{name}.js").write_bytes(payload.register(key, payload.encode_json(value)))
    return f"{name}.js"


def make_site(folder: Path, n_runs: int, n_points: int, n_charts: int) -> None:
    """Write a page with charts, a page with Vega alone, and an empty one."""
    (folder / "data").mkdir(parents=True)
    ids = [hashlib.md5(str(i).encode()).hexdigest() for i in range(n_runs)]
    values = make_values(n_runs, n_points)
    metrics = [f"loss/{i}" for i in range(n_charts)]
    series: dict[str, list[list[str]]] = {}
    for metric in metrics:
        parts = [
            (digit, [i for i, one in enumerate(ids) if one[0] == digit])
            for digit in "0123456789abcdef"
        ]
        for digit, members in parts:
            if not members:
                continue
            name = f"series-{metric.replace('/', '-')}-{digit}"
            record = series_record([ids[i] for i in members], values[members])
            file = write_data(folder, name, f"series/{name}", {"metrics": {metric: record}})
            series.setdefault(metric, []).append([digit, file])
    table = write_data(folder, "runs-1-0", "runs/1/0", runs_table(ids))
    charts = write_data(folder, "charts", "charts", compiled_charts())
    experiment = {"id": "1", "name": "mlp", "n": n_runs, "tables": [table], "series": series}
    catalog = {
        "charts": charts,
        "vega": "vega.js",
        "later": "later.js",
        "newest_ms": None,
        "version": "0",
    }
    catalog["experiments"] = [{**experiment, "definitions": {}}]
    write_data(folder, "catalog", "catalog", catalog)
    write_assets(folder)
    cards = "".join(CARD.format(metric=metric) for metric in metrics)
    body = f'<section><div class="cards">{cards}</div></section>'
    pages = {
        "charts": (SITE_SCRIPTS, body),
        "vega": ('<script src="vega.js" defer></script>', ""),
        "empty": ("", ""),
    }
    for name, (scripts, content) in pages.items():
        page = PAGE.format(csp=theme.CSP, scripts=scripts, body=content)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def write_assets(folder: Path) -> None:
    site = theme.Theme()
    # The shell looks for its bar, which this page has not.
    first = [name for name in theme.FIRST_SCRIPTS if name != "js/ui/app.js"]
    (folder / "site.js").write_bytes(site.script(first))
    (folder / "later.js").write_bytes(site.script(theme.LATER_SCRIPTS))
    sheets = [theme.templates_dir() / name for name in theme.STYLES]
    (folder / "site.css").write_bytes(b"\n".join(sheet.read_bytes() for sheet in sheets))
    (folder / "vega.js").write_bytes(vega_script())


def time_page(context: BrowserContext, folder: Path, name: str) -> float:
    page = open_page(context, folder, name)
    spent: float = page.evaluate("ready")
    page.close()
    return spent


def open_page(context: BrowserContext, folder: Path, name: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / f"{name}.html").as_uri())
    page.evaluate("ready")
    if said:
        raise SystemExit(f"{name}: the console says {said}")
    return page


def measure(context: BrowserContext, folder: Path, repeat: int) -> dict[str, float]:
    times: dict[str, list[float]] = {"empty": [], "vega": [], "charts": []}
    for turn in range(repeat + 1):  # a browser's first pages of a kind are slower than all others
        for name, found in times.items():
            spent = time_page(context, folder, name)
            if turn:
                found.append(spent)
    found = {name: statistics.median(every) for name, every in times.items()}
    page = open_page(context, folder, "charts")
    found["hover"] = page.evaluate(HOVER)
    found["smooth"] = page.evaluate(SMOOTH)
    page.close()
    return found


def measure_scroll(context: BrowserContext, folder: Path) -> dict[str, float]:
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto((folder / "charts.html").as_uri())
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    found: dict[str, float] = page.evaluate(SCROLL)
    page.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--charts", type=int, default=1, help="cards on the page")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--keep", type=Path, help="write the pages here and leave them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(WATCH)
        for name, (n_runs, n_points) in CASES.items():
            folder = (options.keep or Path(scratch)).resolve() / name.replace(" ", "")
            make_site(folder, n_runs, n_points, options.charts)
            found = measure(context, folder, options.repeat)
            print(
                f"{name:>11}: E {found['empty']:.0f} ms, K {found['vega']:.0f} ms, "
                f"ready {found['charts']:.0f} ms = {found['charts'] / found['vega']:.2f} K, "
                f"hover {found['hover']:.1f} ms, smoothing {found['smooth']:.0f} ms"
            )
        folder = (options.keep or Path(scratch)).resolve() / "many"
        make_site(folder, *MANY, n_charts=MANY_CHARTS)
        found = measure_scroll(context, folder)
        print(
            f"{MANY_CHARTS} charts x {MANY[0]} runs: {found['frames']:.0f} frames, median "
            f"{found['median']:.0f} ms, 95 of 100 within {found['p95']:.0f} ms, worst "
            f"{found['worst']:.0f} ms; at most {found['most']:.0f} charts drawn at once"
        )
        browser.close()


if __name__ == "__main__":
    main()
