/**
 * Is it really better? The compare page's words, interval drawing, numbers and profiles of one metric.
 *
 * What is claimed, and when nothing is, is decided in js/lib/contrast.js and verdict.js; formulas are
 * in docs/statistics.md. In the address: `vm` the metric, `task` a column whose values are tasks.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;

  const { comparison, contrast, bootstrap, verdict, graph, format, comparePage } = reporter;
  const { make } = reporter.elements;

  /** Verdicts in words; the others are in the table. */
  const MOST_TOLD = 4;

  /** Profiles that can be told apart. */
  const MOST_PROFILES = 8;

  /** Groups in the drawing and the table. */
  const MOST_HELD = 60;

  /** Names stand at the left of their lines, and take at most so much of them. */
  const LABEL_SHARE = 0.42;
  const LETTER_PX = 6.2;
  const SVG = "http://www.w3.org/2000/svg";

  const section = document.querySelector("[data-role=compare-verdict]");
  const DIRECTIONS = { min: "lower is better", max: "higher is better", "": "no direction declared" };

  function draw(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const text = (content, attributes) => draw("text", attributes, content);

  /** Room for names: as much as the longest needs. */
  function labelRoom(rows, width) {
    const most = Math.floor((width * LABEL_SHARE) / LETTER_PX);
    const letters = Math.min(most, Math.max(...rows.map(({ set }) => set.name.length)));
    return { letters, px: Math.ceil(letters * LETTER_PX) + 4 };
  }

  function drawing(width, height, label, ...children) {
    return draw("svg", { class: "graph", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...children);
  }

  function axis(plan, title) {
    const ticks = plan.ticks.flatMap(({ at, text: said }) => [
      draw("line", { class: "gl", x1: at, x2: at, y1: plan.top, y2: plan.bottom }),
      text(said, { x: at, y: plan.bottom + 14, "text-anchor": "middle" }),
    ]);
    return [...ticks, text(title, { class: "tt", x: plan.right, y: plan.bottom + 27, "text-anchor": "end" })];
  }

  /** One line a group: a point, and its interval where there is one. */
  function forest(rows, { width, title, label, zero = false }) {
    const room = labelRoom(rows, width);
    const plan = graph.forest(rows, { width, labelPx: room.px, zero });
    const lines = rows.flatMap(({ set, value, low }, i) => {
      const { y, at, from, to } = plan.rows[i];
      const { color } = set.look;
      const name = text(format.truncateMiddle(set.name, room.letters), { class: "tt", x: room.px, y: y + 4, "text-anchor": "end" });
      const bar = Number.isFinite(low) ? [draw("line", { class: `bar k${color}`, x1: from, x2: to, y1: y, y2: y })] : [];
      const point = Number.isFinite(value) ? [draw("circle", { class: `pt k${color}`, r: 4.5, cx: at, cy: y })] : [];
      return [name, ...bar, ...point];
    });
    const line = zero ? [draw("line", { class: "ax", x1: plan.zero, x2: plan.zero, y1: plan.top, y2: plan.bottom })] : [];
    return drawing(width, plan.height, label, ...axis(plan, title), ...line, ...lines);
  }

  function profileDrawing(profiles, scores, { width, title, label }) {
    const plan = graph.profiles(profiles.map(({ found }) => found), scores, width);
    const levels = plan.levels.flatMap(({ at, text: said }) => [
      draw("line", { class: "gl", x1: plan.left, x2: width - plan.right, y1: at, y2: at }),
      text(said, { x: plan.left - 6, y: at + 4, "text-anchor": "end" }),
    ]);
    const ticks = plan.ticks.map(({ at, text: said }) => text(said, { x: at, y: plan.bottomY + 14, "text-anchor": "middle" }));
    const marks = profiles.flatMap(({ set }, i) => {
      const { color, dash } = set.look;
      return [draw("path", { class: `bd k${color}`, d: plan.lines[i].band }), draw("path", { class: `ln k${color} dash${dash}`, d: plan.lines[i].line })];
    });
    return drawing(width, plan.height, label, ...levels, ...ticks, ...marks, text(title, { class: "tt", x: width - plan.right, y: plan.bottomY + 28, "text-anchor": "end" }));
  }

  /* Which metric, of which runs */

  /** Metrics of the sets, those with a direction first. */
  function metricsOf({ sets }) {
    const found = new Map();
    for (const { columns, rows } of sets) {
      for (const column of columns.offered()) {
        const isLogged = column.id.startsWith("metrics.") && rows.some((row) => column.has(row));
        if (isLogged && !found.has(column.id)) found.set(column.id, column);
      }
    }
    return [...found.values()].sort((a, b) => Boolean(b.direction) - Boolean(a.direction));
  }

  const pairs = (state, id) => state.sets.map((set) => ({ set, column: set.columns.get(comparison.valueId(id, state.value, state.sets)) }));

  const valuesOf = ({ set, column }) => (column ? comparison.loggedOf(column, set) : []);

  /** Values of each task apart; of a single task without a choice of one. */
  function strataOf({ set, column }, task) {
    const tasks = new Map();
    const by = task && set.columns.get(task);
    for (const row of column ? set.rows : []) {
      const name = by && by.has(row) ? by.text(row) : "";
      if (!tasks.has(name)) tasks.set(name, []);
      if (column.has(row)) tasks.get(name).push(column.number(row));
    }
    return [...tasks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, values]) => values);
  }

  /* Words and numbers */

  function contrasts(state, metric) {
    const held = pairs(state, metric.id);
    const base = valuesOf(held[state.baseline]);
    const others = held.filter((_, i) => i !== state.baseline).slice(0, MOST_HELD);
    const found = others.map((one) => ({ set: one.set, ...contrast.contrast(base, valuesOf(one), metric.direction) }));
    const ps = contrast.holm(found.map(({ p }) => p));
    const compared = ps.filter((p) => !Number.isNaN(p)).length;
    return found.map((one, i) => {
      const p = compared > 1 ? ps[i] : one.p;
      return { ...one, p, told: verdict.tell(one, { name: one.set.name, direction: metric.direction, unit: metric.unit, p, compared }) };
    });
  }

  const HEADS = [
    ["Against the baseline", ""], ["n", "Runs with a value"], ["Difference", "Mean less the baseline’s"], ["95% CI", "Percentile bootstrap of the difference"],
    ["p, Welch", "Welch’s t test, two-sided; adjusted after Holm for several comparisons"], ["p, U", "Mann and Whitney’s U, two-sided, not adjusted"],
    ["P(better)", "Chance that a run of it is better than one of the baseline, with its 95% bootstrap interval"], ["g", "Hedges’ g: difference in pooled standard deviations"],
    ["δ", "Cliff’s delta: how often its values are larger less how often they are smaller"],
  ];

  const shown = (number, decimals) => (Number.isFinite(number) ? format.number(number, decimals) : format.MISSING);

  const signed = (number, decimals) => (number > 0 ? "+" : "") + shown(number, decimals);

  function row(one) {
    const finite = [one.difference, one.low, one.high].filter(Number.isFinite);
    const decimals = format.columnDecimals(finite.length ? finite : [0]);
    const interval = Number.isFinite(one.low) ? `${signed(one.low, decimals)} to ${signed(one.high, decimals)}` : "n < 2";
    const chance = Number.isFinite(one.improvementLow) ? ` (${shown(one.improvementLow, 2)} – ${shown(one.improvementHigh, 2)})` : "";
    const name = make("th.name", { scope: "row", title: one.set.name }, make("span.heading", {}, comparePage.swatch(one.set), make("bdi", { className: "ell", textContent: one.set.name })));
    const cells = [
      `${format.count(one.n)} : ${format.count(one.nBase)}`, signed(one.difference, decimals), interval, shown(one.p, 3), shown(one.uP, 3),
      shown(one.improvement, 2) + chance, signed(one.g, 2), signed(one.delta, 2),
    ];
    const element = make("tr", {}, name, ...cells.map((textContent) => make("td.num", { textContent })));
    element.dataset.runId = one.set.id;
    element.dataset.claim = one.told.claim;
    return element;
  }

  function numbersTable(found) {
    const head = make("tr", {}, ...HEADS.map(([textContent, title], i) => make(i ? "th.num" : "th.name", { textContent, title, scope: "col" })));
    const table = make("table.compare", {}, make("thead", {}, head), make("tbody", {}, ...found.map(row)));
    return make("div.tw", { tabIndex: 0, "aria-label": "Every number of the comparison" }, table);
  }

  function words({ told }) {
    return make("p.prose", {}, make("b", { textContent: told.short }), " ", make("bdi", { textContent: told.text }));
  }

  /** A question for one group is a heading; for several each has its own. */
  function toldParts(found) {
    if (found.length === 1) return [words(found[0])];
    if (found.every(({ told }) => told.claim === "few")) return [make("p.prose", {}, make("b", { textContent: "No claim." }), ` ${fewText(found)}`)];
    const parts = found.slice(0, MOST_TOLD).flatMap((one) => [make("h4", {}, make("bdi", { textContent: one.told.question })), words(one)]);
    const more = found.length - MOST_TOLD;
    return more > 0 ? [...parts, make("p.muted", { textContent: `${more} more in the table below.` })] : parts;
  }

  function fewText(found) {
    const { nBase } = found[0];
    const least = contrast.LEAST_RUNS;
    return nBase < least ? `A comparison needs ${least} runs a side, and the baseline has ${nBase}: choose another.` : `A comparison needs ${least} runs a side, and none of the others has them.`;
  }

  /* Panels */

  function panel(title, note, ...body) {
    const head = make("div.ph", {}, make("h3", {}, make("bdi", { textContent: title })), make("span.muted", { textContent: note }));
    return make("section.panel.card", {}, head, make("div.pb", {}, ...body));
  }

  const widthOf = () => Math.max(280, Math.min(620, (section.clientWidth - 16) / (section.clientWidth > 760 ? 2 : 1) - 26));

  function differencePanel(found, state, metric) {
    const width = widthOf();
    const base = state.sets[state.baseline];
    const title = found.length === 1 ? found[0].told.question : `Which differ from ${base.name}?`;
    const sides = [...new Set(found.map(({ n, nBase }) => `${n} against ${nBase}`))];
    const note = sides.length === 1 ? `${metric.label}, n = ${sides[0]}` : metric.label;
    const side = metric.direction ? ` (${metric.direction === "min" ? "left" : "right"} is better)` : "";
    const rows = found.map((one) => ({ set: one.set, value: one.difference, low: one.low, high: one.high })).filter(({ value }) => Number.isFinite(value));
    const picture = rows.length ? [forest(rows, { width, zero: true, title: `difference in ${metric.label}${side}`, label: `Differences from ${base.name} with 95% intervals; numbers are in the table below` })] : [];
    return panel(title, note, ...toldParts(found), ...picture);
  }

  function profilesPanel(state, metric, task) {
    const width = widthOf();
    const direction = metric.direction || "max";
    const strata = pairs(state, metric.id).slice(0, MOST_HELD).map((one) => ({ set: one.set, strata: strataOf(one, task) }));
    const means = strata.map(({ set, strata: own }) => ({ set, ...bootstrap.interquartileMean(own) })).filter(({ n }) => n);
    if (!means.length) return null;
    const all = strata.flatMap(({ strata: own }) => own.flat()).filter(Number.isFinite);
    const scores = graph.profileScores(all);
    const profiles = strata.filter(({ strata: own }) => own.flat().some(Number.isFinite)).slice(0, MOST_PROFILES);
    const found = profiles.map(({ set, strata: own }) => ({ set, found: bootstrap.profile(own, scores, direction) }));
    const few = means.some(({ n }) => n < contrast.LEAST_RUNS) ? " Groups of fewer than three runs have no interval worth reading." : "";
    const left = strata.length > MOST_PROFILES ? ` The first ${MOST_PROFILES} groups.` : "";
    const within = task ? `Runs are drawn within each ${comparePage.column(task)?.label ?? "task"}; values of the tasks are taken as they are, so they should be on one scale.` : "";
    return panel(
      "Which are best as a whole?", `${metric.label}, interquartile mean and performance profile`,
      forest(means.map(({ n, low, high, ...one }) => ({ ...one, low: n < contrast.LEAST_RUNS ? NaN : low, high: n < contrast.LEAST_RUNS ? NaN : high })), { width, title: `interquartile mean of ${metric.label}`, label: "Interquartile means with 95% intervals" }),
      make("p.muted", { textContent: `Mean of the middle half of each group’s runs, 95% stratified bootstrap. ${within}${few}` }),
      profileDrawing(found, scores, { width, title: `${metric.label} (share of runs ${direction === "min" ? "below" : "above"} it)`, label: "Performance profiles with 95% bands" }),
      make("p.muted", { textContent: `The higher a line, the better at that value; where lines cross, neither is better throughout.${left}` }),
    );
  }

  function chooser(label, options, chosen, name) {
    const select = make("select", { "aria-label": label, onchange: () => comparePage.change({ [name]: select.value || null }) });
    for (const [value, textContent] of options) select.append(make("option", { value, textContent, selected: value === chosen }));
    return make("label.row.muted", {}, label, select);
  }

  /** Single runs say nothing of how much repetitions differ; how to get groups is said instead. */
  function hint() {
    const act = make("button.btn", { textContent: "Group by everything but the seed", onclick: () => comparePage.change({ by: "repeats", sets: null, base: null }) });
    return make("div.panel.empty", {}, make("h2", { textContent: "Is one of them really better?" }), make("p", { textContent: "One run says nothing of how much repetitions differ, so nothing is claimed of single runs. Log the same params with several seeds, and compare the groups." }), act);
  }

  const chosenMetric = (metrics) => metrics.find(({ key }) => key === reporter.view.get("vm")) ?? metrics[0];

  function parts(state) {
    const metrics = metricsOf(state);
    if (state.sets.length < 2 || !metrics.length) return [];
    if (state.sets.every(({ rows }) => rows.length < 2)) return [hint()];
    const metric = chosenMetric(metrics);
    const task = reporter.view.get("task") || "";
    const tasks = [["", "none"], ...reporter.comparedSets.groupingColumns(state.found).map(({ id, label }) => [id, label])];
    const found = contrasts(state, metric);
    const bar = make(
      "div.toolbar", { role: "toolbar", "aria-label": "What is compared" },
      chooser("Metric", metrics.map(({ key, label }) => [key, label]), metric.key, "vm"),
      make("span.muted", { textContent: DIRECTIONS[metric.direction] }),
      ...(tasks.length > 1 ? [chooser("Task", tasks, task, "task")] : []),
    );
    const heading = make("div.sect-h", {}, make("h2", { textContent: "Is it really better?" }));
    const panels = [differencePanel(found, state, metric), profilesPanel(state, metric, task)].filter(Boolean);
    return [heading, bar, make("div.verdicts", {}, ...panels), numbersTable(found)];
  }

  /* Draws take their time, so the table is painted first; a section of another width is drawn anew. */

  const LEAST_CHANGE_PX = 24;
  let latest = null;
  let width = 0;
  let timer;

  function show() {
    section.hidden = false;
    width = section.clientWidth;
    const made = parts(latest);
    section.hidden = !made.length;
    section.replaceChildren(...made);
  }

  function showSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => requestAnimationFrame(() => setTimeout(show)), 0);
  }

  comparePage.join({
    draw: (state) => {
      latest = state;
      showSoon();
    },
  });

  new ResizeObserver(() => {
    if (latest && !section.hidden && Math.abs(section.clientWidth - width) >= LEAST_CHANGE_PX) showSoon();
  }).observe(section);
})((globalThis.reporter = globalThis.reporter || {}));
