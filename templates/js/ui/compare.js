/**
 * The compare page: runs, groups of them or experiments that the address names, as chips and a table.
 *
 *   compare.html#v=1&runs=<id>,<id>             runs
 *   compare.html#v=1&runs=<id>,…&by=params.lr   their groups; "repeats" for everything but the seed
 *   compare.html#v=1&exp=<id>,<id>&by=experiment
 *   … &q=<filter>&sets=<id>,<id>&base=<id>&rows=all&of=best
 *
 * What the rows say is decided in js/lib/compare.js, which runs belong together in compared_sets.js;
 * this file loads the tables and draws. Other parts of the page join with `reporter.comparePage.join`
 * and are drawn whenever something else is compared.
 *
 * @typedef {object} Compared
 * @property {import("../lib/compared_sets.js").Found[]} found  the runs that were asked for
 * @property {import("../lib/compared_sets.js").ComparedSet[]} sets  in the order of the page
 * @property {number} baseline  place of the baseline among them
 * @property {string} value  of each metric: "last", "best" …
 * @property {object} catalog
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;

  const { comparison, comparedSets, contrast, format } = reporter;
  const { make } = reporter.elements;

  /** More columns than this want the whole width of the screen. */
  const FEW_RUNS = 4;
  const FEW_GROUPS = 3;

  /** More than this cannot be told apart, and addresses have their limits. */
  const MOST_SETS = 200;

  const MOST_CHIPS = 24;

  const part = (role) => document.querySelector(`[data-role=${role}]`);
  const isolated = (text, className = "") => make("bdi", { className, textContent: text });
  const says = (name) => reporter.view.get(name) || "";
  const listed = (name) => reporter.view.get(name) || [];

  let catalog;
  let cellOf;
  let missing = [];
  const tables = new Map();
  const parts = [];

  /** @type {Compared} */
  const state = { found: [], all: [], sets: [], baseline: 0, value: "last", catalog: null };

  const experimentOf = (id) => catalog.experiments.find((candidate) => candidate.id === id);
  const experimentName = (id) => experimentOf(id)?.name ?? id;

  /* Loading */

  async function loadShards(experiment, from, to) {
    const files = experimentOf(experiment).tables.slice(from, to);
    const shards = await Promise.all(files.map((file, i) => reporter.load(`data/${file}`, `runs/${experiment}/${from + i}`)));
    for (const shard of shards) tables.get(experiment).add(shard);
  }

  async function begin(experiment) {
    if (tables.has(experiment)) return;
    tables.set(experiment, new reporter.Columns());
    await loadShards(experiment, 0, 1);
  }

  /** First data file of one experiment after another, until every run is found. */
  async function findNamed(prefixes) {
    let named = { runs: [], missing: prefixes };
    for (const { id, n } of catalog.experiments) {
      if (!named.missing.length) break;
      if (!n) continue;
      await begin(id);
      named = comparison.findRuns(prefixes, [...tables].map(([experiment, columns]) => ({ experiment, columns })));
    }
    return named;
  }

  const complete = new Map();

  /** The rest of an experiment's table, and of its aggregates where they are wanted. */
  async function completeTable(id, value) {
    if (!complete.has(id)) complete.set(id, loadShards(id, 1));
    await complete.get(id);
    if (value === "last") return;
    const files = experimentOf(id).aggregates.map(([file], place) => reporter.load(`data/${file}`, `runs/${id}/more-${place}`));
    for (const shard of await Promise.all(files)) if (!tables.get(id).byId.has(shard.columns[0]?.id)) tables.get(id).add(shard);
  }

  async function findRuns() {
    const named = await findNamed(listed("runs"));
    const experiments = listed("exp").filter(experimentOf);
    for (const id of experiments) await begin(id);
    const whole = experiments.flatMap((experiment) => {
      const columns = tables.get(experiment);
      const ids = columns.get("attributes.run_id");
      return Array.from({ length: columns.n }, (_, row) => ({ id: ids.text(row), experiment, columns, row }));
    });
    const known = new Set(named.runs.map(({ id }) => id));
    missing = [...named.missing, ...listed("exp").filter((id) => !experimentOf(id))];
    return [...named.runs, ...whole.filter(({ id }) => !known.has(id))];
  }

  /** What a filter leaves; one that does not parse leaves all, as in the table. */
  function filtered(found, text) {
    const parsed = text ? reporter.query.parse(text) : { ok: false };
    if (!parsed.ok) return found;
    const tests = new Map();
    return found.filter(({ columns, row }) => {
      if (!tests.has(columns)) tests.set(columns, reporter.query.compile(parsed.tree, columns.queryApi()));
      return tests.get(columns)(row);
    });
  }

  async function load() {
    const found = await findRuns();
    state.value = says("of") || "last";
    await Promise.all([...new Set(found.map((run) => run.experiment))].map((id) => completeTable(id, state.value)));
    state.found = filtered(found, says("q"));
    state.all = comparedSets.makeSets(state.found, grouping(), { cell: cellOf, experimentName });
    state.sets = comparedSets.chooseSets(state.all, listed("sets")).slice(0, MOST_SETS);
    state.baseline = baselineIndex();
  }

  /* What the address says */

  /** Several whole experiments are compared as such, unless it is said otherwise. */
  function grouping() {
    const by = reporter.view.get("by");
    if (by === "run") return "";
    return by ?? (listed("exp").length > 1 && !listed("runs").length ? comparedSets.EXPERIMENT : "");
  }

  /** The first that can be compared with: a group of one run says nothing of its spread. */
  function usualBaseline() {
    return state.sets.find(({ rows, isGroup }) => isGroup && rows.length >= contrast.LEAST_RUNS) ?? state.sets[0];
  }

  function baselineIndex() {
    const chosen = says("base");
    const place = state.sets.findIndex(({ id }) => chosen && id.startsWith(chosen));
    return Math.max(0, place < 0 ? state.sets.indexOf(usualBaseline()) : place);
  }

  const isGrouped = () => state.sets.some((set) => set.isGroup);
  const showsAll = () => says("rows") === "all";

  function chooseBaseline(set) {
    reporter.view.set({ base: set === usualBaseline() ? null : set.id });
    state.baseline = baselineIndex();
    draw();
  }

  const short = ({ id }) => (id.length === 32 ? id.slice(0, 8) : id);

  /** Runs are taken out of those that were asked for, groups out of those that are shown. */
  function showOnly(sets) {
    const stays = sets.some(({ id }) => id === state.sets[state.baseline]?.id);
    const base = stays ? reporter.view.get("base") : null;
    const isAll = sets.length === state.all.length;
    if (isGrouped() || listed("exp").length) return change({ sets: isAll ? null : sets.map(short), base });
    return change({ runs: sets.map(({ id }) => id), sets: null, base });
  }

  /** Writes the address and draws what it now says. */
  function change(changes) {
    reporter.view.set(changes, { pushes: true });
    return show().catch(fail);
  }

  function chooseRows(rows) {
    reporter.view.set({ rows: rows === "all" ? "all" : null });
    draw();
  }

  /* Sets as chips and as headings */

  const attribute = (set, name) => set.columns.get(`attributes.${name}`);

  const hasPage = (set) => !set.isGroup && attribute(set, "has_page")?.number(set.row) === 1;

  function swatch(set) {
    const { color, dash } = set.look;
    return make(`span.sw.k${color}.dash${dash}`, { "aria-hidden": "true" });
  }

  function statusMark(set) {
    const word = attribute(set, "status")?.text(set.row) || "unfinished";
    return set.isGroup ? "" : make(`span.st.st-${word}.icon-only`, { title: word, textContent: word });
  }

  const countText = (set) => (set.isGroup ? make("span.muted.nowrap", { textContent: ` n = ${format.count(set.rows.length)}` }) : "");

  function makeChip(set, isBaseline) {
    const title = isBaseline ? "The baseline" : `Make ${set.name} the baseline`;
    const pick = make("button.pick", { "aria-pressed": String(isBaseline), title, onclick: () => chooseBaseline(set) }, isolated(set.name), isBaseline ? " · baseline" : "");
    const others = () => state.sets.filter((other) => other !== set);
    const remove = make("button", { "aria-label": `Remove ${set.name}`, title: "Remove", textContent: "×", onclick: () => showOnly(others()) });
    return make("span.chip.run-chip", { "data-run-id": set.id }, swatch(set), pick, remove);
  }

  function makeHeading(set, isBaseline) {
    const name = isolated(set.name, "ell");
    const link = hasPage(set) ? make("a.mid", { title: set.name, href: reporter.files.page(`run/${set.id}.html`) }, name) : make("span.mid", { title: set.name }, name);
    const badge = isBaseline ? make("span.chip.small", { textContent: "baseline" }) : "";
    const heading = make("span.heading", {}, swatch(set), statusMark(set), link, countText(set), badge);
    return make("th.num", { scope: "col", "data-run-id": set.id }, heading);
  }

  /* Table */

  /** Of groups the share alone, since the interval stands before it; both are in the title. */
  function makeChange(cell, isGroup) {
    const isOpen = cell.verdict === "ns";
    const kind = `span.d.sl.${cell.verdict || "same"}`;
    if (!isGroup) return [make(kind, { textContent: cell.delta }), make(kind, { textContent: cell.percent })];
    const words = [cell.percent || cell.delta, isOpen ? "n.s." : ""].filter(Boolean).join(" ");
    const why = isOpen ? ": not significant, since interval and test do not both tell the two apart" : "";
    return [make(`${kind}.w`, { textContent: words, title: cell.delta && `${cell.delta}${why}` })];
  }

  /** How many runs are behind a mean, where it is not all of them: in a slot, so that numbers line up. */
  function countSlot(row, cell, hasShort) {
    if (!hasShort) return "";
    return make("span.u.sl.runs", { textContent: isShort(cell, row.cells.indexOf(cell)) ? `n = ${cell.n}` : "" });
  }

  const isShort = ({ n }, place) => n !== undefined && n < state.sets[place].rows.length;

  function makeCell(row, cell, set, { isBaseline, hasShort }) {
    const isLogged = cell.mark !== "na";
    const kind = ["param", "tag", "surroundings"].includes(row.role) ? ".mono" : "";
    const differs = row.role !== "metric" && cell.isDifferent ? ".diff" : "";
    const element = make(`td.num${kind}${differs}`, { "data-run-id": set.id, title: cell.exact }, isolated(cell.text, cell.mark));
    if (row.cells.some(({ aside }) => aside)) element.append(make("span.pm.sl", { textContent: cell.aside?.text ?? "" }));
    element.append(countSlot(row, cell, hasShort));
    if (row.role === "metric" && (isGrouped() || !isBaseline)) element.append(...makeChange(cell, isGrouped()));
    if (isLogged) Object.assign(element.dataset, { role: row.role, key: row.key, value: cell.exact });
    return element;
  }

  function makeRow(row, columns, hasShort) {
    const label = make("span.ell", {}, isolated(row.label), row.arrow ? ` ${row.arrow}` : "");
    if (row.unit) label.append(make("span.u", { textContent: ` ${row.unit}` }));
    const name = make("th.name", { scope: "row", title: row.description || row.key }, label);
    return make("tr", {}, name, ...columns.cells((i) => makeCell(row, row.cells[i], state.sets[i], { isBaseline: i === state.baseline, hasShort }), "td"));
  }

  /** What ± stands for, beside the heading of the metrics. */
  function spreadNote() {
    const sizes = new Set(state.sets.map(({ rows }) => rows.length));
    return sizes.size === 1 ? `mean ± 95% CI (t), n = ${[...sizes][0]} each` : "mean ± 95% CI (t)";
  }

  function sectionNote(section) {
    const { sets } = state;
    const count = sets.length < 2 ? `${section.rows.length}` : `${section.nDiffering} of ${section.rows.length} differ`;
    return section.role === "metric" && isGrouped() && sets.some(({ rows }) => rows.length > 1) ? `${count} · ${spreadNote()}` : count;
  }

  function makeSection(section, columns) {
    const rows = showsAll() || state.sets.length < 2 ? section.rows : section.rows.filter((row) => row.differs);
    const title = make("th", { scope: "rowgroup" }, `${section.title} `, make("span.count", { textContent: sectionNote(section) }));
    const heading = make("tr.group", {}, title, make("td", { colSpan: columns.count }));
    const hasShort = rows.some(({ cells }) => cells.some(isShort));
    return make("tbody", {}, heading, ...rows.map((row) => makeRow(row, columns, hasShort)));
  }

  function drawTable() {
    const more = reporter.comparePage.moreSections?.(state.sets, state.baseline) ?? [];
    const sections = [...comparison.compareRuns(state.sets, state.baseline, cellOf, state.value), ...more];
    reporter.compareTable.draw(part("compare-table"), state.sets.length, (columns) => {
      const corner = make("th.name", { scope: "col", textContent: showsAll() || state.sets.length < 2 ? "Everything" : "Differences only" });
      const headings = columns.cells((i) => makeHeading(state.sets[i], i === state.baseline), "th");
      return [make("thead", {}, make("tr", {}, corner, ...headings)), ...sections.map((section) => makeSection(section, columns))];
    });
  }

  /* The page */

  function drawChips() {
    const shown = state.sets.slice(0, MOST_CHIPS);
    const more = state.sets.length - shown.length;
    const rest = more > 0 ? [make("span.muted", { textContent: `and ${more} more` })] : [];
    const lost = missing.map((prefix) => make("span.st.st-warning", { textContent: `${prefix} is not in this report` }));
    part("compare-runs").replaceChildren(...shown.map((set) => makeChip(set, set === state.sets[state.baseline])), ...rest, ...lost);
  }

  function title() {
    const { length } = state.sets;
    if (length < 2) return "Compare runs";
    const what = grouping() === comparedSets.EXPERIMENT ? "experiments" : isGrouped() ? "groups" : "runs";
    return `Compare ${length} ${what}`;
  }

  function drawFrame() {
    const { length } = state.sets;
    part("compare-title").textContent = title();
    part("compare-empty").hidden = length > 0;
    document.querySelector("main").classList.toggle("narrow", length <= (isGrouped() ? FEW_GROUPS : FEW_RUNS));
    part("compare-table").hidden = !length;
    part("compare-rows").hidden = length < 2;
    for (const button of part("compare-rows").children) {
      button.setAttribute("aria-pressed", String((button.dataset.rows === "all") === showsAll()));
    }
  }

  function draw() {
    drawFrame();
    drawChips();
    if (state.sets.length) drawTable();
    for (const one of parts) one.draw(state);
  }

  function fail(error) {
    part("compare-empty").hidden = false;
    part("compare-empty-title").textContent = "The runs could not be loaded";
    part("compare-empty-text").textContent = error.message;
  }

  async function show() {
    await load();
    draw();
  }

  /** What else the page shows joins here. @param {{draw: (state: Compared) => void}} one */
  const join = (one) => void parts.push(one);

  /** The table alone, when more is known of the same sets. */
  const redraw = () => state.sets.length && drawTable();

  async function tableOf(experiment) {
    await begin(experiment);
    await completeTable(experiment, "last");
    return tables.get(experiment);
  }

  reporter.comparePage = { tableOf, join, change, showOnly, redraw, grouping, swatch, experimentName, cell: (...of) => cellOf(...of), column: (id) => [...tables.values()].map((columns) => columns.get(id)).find(Boolean) };

  const LOADED = ["runs", "exp", "q", "by", "sets", "of"];

  reporter.whenReady(async () => {
    for (const button of part("compare-rows").children) button.onclick = () => chooseRows(button.dataset.rows);
    reporter.onKey("d", () => chooseRows(showsAll() ? "differing" : "all"));
    try {
      catalog = await reporter.catalog;
      cellOf = reporter.createCells({ newestMs: catalog.newest_ms });
      state.catalog = catalog;
      await show();
    } catch (error) {
      fail(error);
    }
    reporter.view.subscribe((view, names) => {
      if (names.some((name) => LOADED.includes(name))) show().catch(fail);
      else if (names.some((name) => ["base", "rows", "of", "vm", "task"].includes(name))) {
        state.baseline = baselineIndex();
        draw();
      }
    });
  });
})((globalThis.reporter = globalThis.reporter || {}));
