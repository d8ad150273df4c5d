/**
 * The compare page: chips, table and charts of the runs that the address names.
 *
 *   compare.html#v=1&runs=<id>,<id>&base=<id>&rows=all
 *
 * What the rows say is decided in js/lib/compare.js; this file loads the tables and draws.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;


  /** More columns than this want the whole width of the screen. */
  const FEW_RUNS = 4;

  const part = (role) => document.querySelector(`[data-role=${role}]`);

  /** @type {import("../lib/compare.js").ComparedRun[]} */
  let runs = [];
  let missing = [];
  let catalog;
  let cellOf;
  const tables = new Map();

  /** An element with attributes (those that are null are left out) and children. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") element.onclick = value;
      else if (value !== null && value !== undefined && value !== "") element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  const isolated = (text, attributes) => make("bdi", attributes, text);

  /* Loading */

  async function loadShards(experiment, from, to) {
    const entry = catalog.experiments.find((candidate) => candidate.id === experiment);
    const files = entry.tables.slice(from, to);
    const shards = await Promise.all(files.map((file, i) => reporter.load(`data/${file}`, `runs/${experiment}/${from + i}`)));
    for (const shard of shards) tables.get(experiment).add(shard);
  }

  /** First data file of one experiment after another, until every run is found. */
  async function findNamed(prefixes) {
    let named = { runs: [], missing: prefixes };
    for (const { id, n } of catalog.experiments) {
      if (!named.missing.length) break;
      if (!n) continue;
      if (!tables.has(id)) {
        tables.set(id, new reporter.Columns());
        await loadShards(id, 0, 1);
      }
      named = reporter.comparison.findRuns(prefixes, [...tables].map(([experiment, columns]) => ({ experiment, columns })));
    }
    return named;
  }

  async function loadRuns(prefixes) {
    ({ runs, missing } = await findNamed(prefixes));
    await Promise.all([...new Set(runs.map((run) => run.experiment))].map((id) => loadShards(id, 1)));
  }

  /* What the address says */

  function baselineIndex() {
    const chosen = reporter.view.get("base") || "";
    return Math.max(0, runs.findIndex((run) => chosen && run.id.startsWith(chosen)));
  }

  const showsAll = () => reporter.view.get("rows") === "all";

  function chooseBaseline(run) {
    reporter.view.set({ base: run.id === runs[0].id ? null : run.id });
  }

  function removeRun(run) {
    const others = runs.filter((other) => other !== run).map((other) => other.id);
    const base = runs[baselineIndex()] === run ? null : reporter.view.get("base");
    reporter.view.set({ runs: others, base }, { pushes: true });
  }

  function chooseRows(rows) {
    reporter.view.set({ rows: rows === "all" ? "all" : null });
  }

  /* Runs as chips and as headings */

  const attribute = (run, name) => run.columns.get(`attributes.${name}`);
  const nameOf = (run) => attribute(run, "run_name")?.text(run.row) || run.id.slice(0, 8);
  const statusOf = (run) => attribute(run, "status")?.text(run.row) || "unfinished";
  const hasPage = (run) => attribute(run, "has_page")?.number(run.row) === 1;

  function swatch(run) {
    const { color, dash } = reporter.comparison.lookOf(run.row);
    return make("span", { class: `sw k${color} dash${dash}`, "aria-hidden": "true" });
  }

  function statusMark(run) {
    const word = statusOf(run);
    return make("span", { class: `st st-${word} icon-only`, title: word }, word);
  }

  function makeChip(run, isBaseline) {
    const name = nameOf(run);
    const title = isBaseline ? "The baseline" : `Make ${name} the baseline`;
    const choice = { class: "pick", "aria-pressed": String(isBaseline), title, onclick: () => chooseBaseline(run) };
    const pick = make("button", { type: "button", ...choice }, isolated(name), isBaseline ? " · baseline" : "");
    const remove = make("button", { type: "button", "aria-label": `Remove ${name}`, title: "Remove", onclick: () => removeRun(run) }, "×");
    return make("span", { class: "chip run-chip", "data-run-id": run.id }, swatch(run), pick, remove);
  }

  function makeHeading(run, isBaseline) {
    const name = isolated(nameOf(run), { class: "ell" });
    const title = { class: "mid", title: nameOf(run) };
    return make(
      "th",
      { class: "num", scope: "col", "data-run-id": run.id },
      make(
        "span",
        { class: "heading" },
        swatch(run),
        statusMark(run),
        hasPage(run) ? make("a", { ...title, href: reporter.files.page(`run/${run.id}.html`) }, name) : make("span", title, name),
        isBaseline ? make("span", { class: "chip small" }, "baseline") : "",
      ),
    );
  }

  /* Table */

  function makeChange(cell) {
    return [
      make("span", { class: `d sl ${cell.verdict}` }, cell.delta),
      make("span", { class: `d sl ${cell.verdict}` }, cell.percent),
    ];
  }

  function makeCell(row, cell, run, isBaseline) {
    const isLogged = cell.mark !== "na";
    const kind = row.role === "param" || row.role === "tag" ? " mono" : "";
    const differs = row.role !== "metric" && cell.isDifferent ? " diff" : "";
    const handles = isLogged && { "data-role": row.role, "data-key": row.key, "data-value": cell.exact };
    const element = make(
      "td",
      { class: `num${kind}${differs}`, "data-run-id": run.id, title: cell.exact, ...handles },
      isolated(cell.text, { class: cell.mark }),
      ...(row.role === "metric" && !isBaseline ? makeChange(cell) : []),
    );
    if (isLogged && cell.exact === "") element.dataset.value = "";
    return element;
  }

  function makeRow(row, baseline) {
    const name = make(
      "th",
      { class: "name", scope: "row", title: row.description || row.key },
      make("span", { class: "ell" }, isolated(row.label), row.arrow ? ` ${row.arrow}` : "", row.unit ? make("span", { class: "u" }, ` ${row.unit}`) : ""),
    );
    return make("tr", {}, name, ...row.cells.map((cell, i) => makeCell(row, cell, runs[i], i === baseline)));
  }

  function sectionNote(section) {
    if (runs.length < 2) return `${section.rows.length}`;
    return `${section.nDiffering} of ${section.rows.length} differ`;
  }

  function makeSection(section, baseline) {
    const rows = showsAll() || runs.length < 2 ? section.rows : section.rows.filter((row) => row.differs);
    const heading = make(
      "tr",
      { class: "group" },
      make("th", { scope: "rowgroup" }, `${section.title} `, make("span", { class: "count" }, sectionNote(section))),
      make("td", { colspan: runs.length }),
    );
    return make("tbody", {}, heading, ...rows.map((row) => makeRow(row, baseline)));
  }

  function drawTable(baseline) {
    const sections = reporter.comparison.compareRuns(runs, baseline, cellOf);
    const corner = make("th", { class: "name", scope: "col" }, showsAll() || runs.length < 2 ? "Everything" : "Differences only");
    const head = make("thead", {}, make("tr", {}, corner, ...runs.map((run, i) => makeHeading(run, i === baseline))));
    part("compare-table").replaceChildren(make("table", { class: "compare" }, head, ...sections.map((section) => makeSection(section, baseline))));
  }

  /* Charts: cards as the experiment page has them, for these runs only */

  /** Metrics of these runs, those logged over several steps first. */
  function chartedMetrics() {
    const metrics = new Map();
    for (const run of runs) {
      const { series } = catalog.experiments.find((candidate) => candidate.id === run.experiment);
      for (const column of run.columns.offered()) {
        if (!column.id.startsWith("metrics.") || !column.has(run.row)) continue;
        const known = metrics.get(column.key);
        metrics.set(column.key, { column, isLine: Boolean(known?.isLine || Object.hasOwn(series, column.key)) });
      }
    }
    return [...metrics.entries()].sort((a, b) => Number(b[1].isLine) - Number(a[1].isLine));
  }

  const DIRECTIONS = { min: "lower is better", max: "higher is better" };

  function makeCard([metric, { column, isLine }]) {
    const handles = {
      "data-role": "chart",
      "data-metric": metric,
      "data-kind": isLine ? "line" : "bar",
      "data-x": "step",
      "data-x-title": "step",
      "data-experiment": [...new Set(runs.map((run) => run.experiment))].join(" "),
      "data-runs": runs.map((run) => run.id).join(" "),
      "data-state": "idle",
    };
    const caption = make(
      "figcaption",
      { class: "ph" },
      make("h3", { title: metric }, isolated(metric)),
      column.direction ? make("span", { class: "muted nowrap" }, DIRECTIONS[column.direction]) : "",
      make("span", { class: "spacer" }),
    );
    return make("figure", { class: "panel card", ...handles }, caption, make("div", { class: "plotbox" }));
  }

  function drawCharts() {
    const metrics = chartedMetrics();
    const section = part("compare-charts");
    section.hidden = !metrics.length;
    part("compare-charts-note").textContent = String(metrics.length);
    section.querySelector(".cards").replaceChildren(...metrics.map(makeCard));
    reporter.charts?.activate(section);
  }

  /* The page */

  function drawChips(baseline) {
    const add = make("a", { class: "btn plain noprint", href: part("compare-empty").querySelector("a").getAttribute("href") }, "Add runs");
    const lost = missing.map((prefix) => make("span", { class: "st st-warning" }, `${prefix} is not in this report`));
    part("compare-runs").replaceChildren(...runs.map((run, i) => makeChip(run, i === baseline)), ...(runs.length ? [add] : []), ...lost);
  }

  function title() {
    if (runs.length < 2) return "Compare runs";
    return `Compare ${runs.length} runs`;
  }

  function draw() {
    const baseline = baselineIndex();
    part("compare-title").textContent = title();
    part("compare-empty").hidden = runs.length > 0;
    document.querySelector("main").classList.toggle("narrow", runs.length <= FEW_RUNS);
    part("compare-table").hidden = !runs.length;
    part("compare-rows").hidden = runs.length < 2;
    for (const button of part("compare-rows").children) {
      button.setAttribute("aria-pressed", String((button.dataset.rows === "all") === showsAll()));
    }
    drawChips(baseline);
    if (runs.length) drawTable(baseline);
  }

  function fail(error) {
    part("compare-empty").hidden = false;
    part("compare-empty-title").textContent = "The runs could not be loaded";
    part("compare-empty-text").textContent = error.message;
  }

  async function show() {
    await loadRuns(reporter.view.get("runs") || []);
    draw();
    drawCharts();
  }

  reporter.whenReady(async () => {
    for (const button of part("compare-rows").children) button.onclick = () => chooseRows(button.dataset.rows);
    reporter.onKey("d", () => chooseRows(showsAll() ? "differing" : "all"));
    try {
      catalog = await reporter.catalog;
      cellOf = reporter.createCells({ newestMs: catalog.newest_ms });
      await show();
    } catch (error) {
      fail(error);
    }
    reporter.view.subscribe((view, names) => {
      if (names.includes("runs")) show().catch(fail);
      else if (names.includes("base") || names.includes("rows")) draw();
    });
  });
})((globalThis.reporter = globalThis.reporter || {}));
