/**
 * Code, settings and surroundings on the compare page: environment and packages become rows of the
 * table, and texts of equal name are held against the baseline's line by line.
 *
 * In the address: `text` the set whose texts are shown.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;

  const { comparePage, comparedDetails, lineDiff } = reporter;
  const { make } = reporter.elements;

  /** Of a group: the surroundings of so many runs are asked for. */
  const MOST_RUNS = 50;

  /** Lines in the page at once. */
  const MOST_LINES = 600;

  const section = document.querySelector("[data-role=compare-texts]");
  let state = null;
  /** Of each set, those of its runs. @type {object[][]} */
  let details = [];

  /* Data */

  async function loadShard(experiment, id) {
    if (!experiment.details) return undefined;
    const index = await reporter.load(`data/${experiment.details}.js`, experiment.details);
    const file = comparedDetails.fileOf(index, id);
    return file ? reporter.load(`data/${file}.js`, file) : undefined;
  }

  async function loadSet(set) {
    const experiment = state.catalog.experiments.find(({ id }) => id === set.experiment);
    const ids = Array.from(set.rows.subarray(0, MOST_RUNS), (row) => set.columns.get("attributes.run_id").text(row));
    return Promise.all(ids.map(async (id) => comparedDetails.decode(await loadShard(experiment, id), id)));
  }

  const textOf = (file) => (file === undefined ? "" : reporter.load(`data/${file}.js`, file));

  /* Texts of two runs */

  function hunkElement({ old, new: to, lines }) {
    const head = make("span.muted", { textContent: `@@ line ${old} → ${to}\n` });
    const kinds = { "-": "del", "+": "add", " ": "" };
    return make("span", {}, head, ...lines.map(({ sign, text }) => make("span", { className: kinds[sign], textContent: `${sign} ${text}\n` })));
  }

  function body(lines) {
    const hunks = lineDiff.hunks(lines);
    const shown = [];
    let left = MOST_LINES;
    for (const hunk of hunks) {
      if (left > 0) shown.push(hunkElement({ ...hunk, lines: hunk.lines.slice(0, left) }));
      left -= hunk.lines.length;
    }
    const pre = make("pre.diff", { tabIndex: 0 }, ...shown);
    return left < 0 ? [pre, make("p.muted", { textContent: `${-left} more lines are not shown.` })] : [pre];
  }

  const WHERE = { before: "only the baseline has it", after: "the baseline does not have it" };

  async function panel({ name, before, after }, isOpen) {
    const lines = lineDiff.compare(await textOf(before), await textOf(after));
    const { added, removed } = lineDiff.count(lines);
    const only = before === undefined ? WHERE.after : after === undefined ? WHERE.before : "";
    const counts = make("span.muted.nowrap", {}, make("span.add", { textContent: `+${added}` }), " ", make("span.del", { textContent: `−${removed}` }), only ? ` · ${only}` : "");
    const fold = make("details.panel.text-diff", { open: isOpen, "data-path": name }, make("summary.ph", {}, make("h3", {}, make("bdi", { textContent: name })), counts));
    const fill = () => fold.childElementCount < 2 && fold.append(make("div.pb", {}, ...body(lines)));
    if (isOpen) fill();
    fold.addEventListener("toggle", fill);
    return fold;
  }

  const commitOf = (set) => set.columns.get("attributes.commit")?.text(set.row)?.slice(0, 7) ?? "";

  /** Which commits, where they are known. */
  function commitNote(base, other) {
    const [from, to] = [commitOf(base), commitOf(other)];
    if (!from || !to) return "";
    return from === to ? `both at commit ${to}` : `commit ${from} → ${to}`;
  }

  const others = () => state.sets.filter((_, i) => i !== state.baseline);

  function chosen() {
    const wanted = reporter.view.get("text") || "";
    return others().find(({ id }) => wanted && id.startsWith(wanted)) ?? others()[0];
  }

  function choice(other) {
    const select = make("select", { "aria-label": "Compare texts with", onchange: () => (reporter.view.set({ text: select.value.slice(0, 8) }), void drawTexts()) });
    for (const set of others()) select.append(make("option", { value: set.id, textContent: set.name, selected: set === other }));
    return make("label.row.muted", {}, "Against the baseline", select);
  }

  const FEW_OPEN = 3;

  let asked = null;

  async function drawTexts() {
    const mine = (asked = {});
    if (state.sets.length < 2) return void (section.hidden = true);
    const other = chosen();
    const base = state.sets[state.baseline];
    const [before, after] = [base, other].map((set) => details[state.sets.indexOf(set)][0] ?? comparedDetails.NONE);
    const all = comparedDetails.texts(before, after);
    const differing = all.filter(({ differs }) => differs);
    const panels = await Promise.all(differing.map((text, i) => panel(text, i < FEW_OPEN)));
    if (asked !== mine) return;
    const note = [commitNote(base, other), `${differing.length} of ${all.length} texts differ`, [base, other].some(({ rows }) => rows.length > 1) ? "first runs of the groups" : ""];
    section.hidden = !all.length && !commitNote(base, other);
    section.replaceChildren(
      make("div.sect-h", {}, make("h2", { textContent: "Code and texts" }), make("span.muted", { textContent: note.filter(Boolean).join(" · ") })),
      make("div.toolbar.noprint", {}, choice(other)),
      ...panels,
    );
  }

  /* Rows of the table */

  let drawn = "";

  async function draw(compared) {
    state = compared;
    const key = state.sets.map(({ id, rows }) => `${id} ${rows.length}`).join();
    if (key !== drawn) {
      drawn = key;
      const found = await Promise.all(state.sets.map(loadSet));
      if (drawn !== key) return;
      details = found;
      comparePage.redraw();
    }
    await drawTexts();
  }

  /** What compare.js adds to its table. */
  comparePage.moreSections = (sets, baseline) => (details.length === sets.length ? comparedDetails.sections(details, baseline) : []);

  comparePage.join({ draw: (compared) => void draw(compared).catch((error) => reporter.announce(error.message)) });
})((globalThis.reporter = globalThis.reporter || {}));
