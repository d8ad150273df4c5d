/**
 * The compare page's charts: cards as the experiment page has them, for these runs only.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;

  const { comparePage, comparedSets, chartGroups, format } = reporter;
  const { make } = reporter.elements;

  const DIRECTIONS = { min: "lower is better", max: "higher is better" };

  /** Lines of one chart; and runs that lines of groups are made of, which the page has to load. */
  const MOST_LINES = 200;
  const MOST_BEHIND = 2000;

  const section = document.querySelector("[data-role=compare-charts]");
  const USUAL = Object.keys(chartGroups.BANDS)[0];

  /** Of `band`: the runs of groups stay single lines. */
  const RUNS = "runs";

  let latest = null;
  let drawn = "";

  /** Runs of all sets; when there are too many, as many of each as there is room for. */
  function runsOf({ sets }) {
    const shares = comparedSets.shares(sets.map(({ rows }) => rows.length), isGrouped() && band() !== RUNS ? MOST_BEHIND : MOST_LINES);
    const ids = (set, n) => Array.from(set.rows.subarray(0, n), (row) => set.columns.get("attributes.run_id").text(row));
    return sets.flatMap((set, place) => ids(set, shares[place]).map((id) => ({ id, set })));
  }

  /* Groups are lines with a band, in their colours */

  const isGrouped = () => latest !== null && latest.sets.some(({ rows }) => rows.length > 1);

  const band = () => (reporter.view.get("band") in { ...chartGroups.BANDS, [RUNS]: "" } ? reporter.view.get("band") : USUAL);

  const placeKey = (experiment, row) => `${experiment} ${row}`;

  /** What lib/chart_arrangement.js asks for; null where each run is a line of its own look. */
  function chartChoice() {
    if (!isGrouped()) return null;
    const { sets } = latest;
    const places = new Map(sets.flatMap((set, place) => Array.from(set.rows, (row) => [placeKey(set.experiment, row), place])));
    const placeOf = (row, line) => places.get(placeKey(line.experiment, row));
    const shared = { band: band(), hasGhosts: false, dashOf: null, facet: null, top: 0 };
    if (band() === RUNS) return { ...shared, groupOf: null, colorOf: (row, line) => sets[placeOf(row, line)]?.look };
    return { ...shared, colorOf: null, groupOf: placeOf, groupLook: (place) => ({ id: sets[place].id, name: sets[place].name, ...sets[place].look }) };
  }

  comparePage.chartChoice = chartChoice;

  function bandSelect() {
    const select = make("select", { "aria-label": "Groups in charts", onchange: () => comparePage.change({ band: select.value === USUAL ? null : select.value }) });
    for (const [value, textContent] of [...Object.entries(chartGroups.BANDS), [RUNS, "their runs"]]) select.append(make("option", { value, textContent, selected: value === band() }));
    return make("label.row.muted", {}, "Groups as", select);
  }

  /** Metrics of these runs, those logged over several steps first. */
  function chartedMetrics({ sets, catalog }) {
    const metrics = new Map();
    for (const set of sets) {
      const { series } = catalog.experiments.find((candidate) => candidate.id === set.experiment);
      for (const column of set.columns.offered()) {
        if (!column.id.startsWith("metrics.") || !set.rows.some((row) => column.has(row))) continue;
        const known = metrics.get(column.key);
        metrics.set(column.key, { column, isLine: Boolean(known?.isLine || Object.hasOwn(series, column.key)) });
      }
    }
    return [...metrics.entries()].sort((a, b) => Number(b[1].isLine) - Number(a[1].isLine));
  }

  function makeCard([metric, { column, isLine }], state, runs) {
    const handles = {
      "data-role": "chart",
      "data-metric": metric,
      "data-kind": isLine ? "line" : "bar",
      "data-x": "step",
      "data-x-title": "step",
      "data-experiment": [...new Set(state.sets.map((set) => set.experiment))].join(" "),
      "data-runs": runs.map(({ id }) => id).join(" "),
      "data-state": "idle",
    };
    const caption = make(
      "figcaption.ph",
      {},
      make("h3", { title: metric }, make("bdi", { textContent: metric })),
      ...(column.direction ? [make("span.muted.nowrap", { textContent: DIRECTIONS[column.direction] })] : []),
      make("span.spacer"),
    );
    return make("figure.panel.card", handles, caption, make("div.plotbox"));
  }

  /** Of groups the lines alone: a single value a run is a mean in the table. */
  const shownMetrics = (state) => chartedMetrics(state).filter(([, { isLine }]) => isLine || !isGrouped());

  function draw(state) {
    latest = state;
    const runs = runsOf(state);
    const key = [band(), comparePage.grouping(), ...runs.map(({ id }) => id)].join();
    if (key === drawn) return;
    drawn = key;
    const metrics = shownMetrics(state);
    section.querySelector("[data-role=compare-bands]").replaceChildren(...(isGrouped() && metrics.length ? [bandSelect()] : []));
    const total = state.sets.reduce((n, { rows }) => n + rows.length, 0);
    section.hidden = !metrics.length;
    const note = section.querySelector("[data-role=compare-charts-note]");
    note.textContent = total > runs.length ? `${metrics.length} · ${format.count(runs.length)} of ${format.count(total)} runs` : String(metrics.length);
    section.querySelector(".cards").replaceChildren(...metrics.map((metric) => makeCard(metric, state, runs)));
    reporter.charts?.activate(section);
  }

  comparePage.join({ draw });
})((globalThis.reporter = globalThis.reporter || {}));
