/**
 * What is compared, chosen in place: by which groups, which value of each metric, and which runs,
 * groups or experiments more.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;

  const { comparePage, comparedSets, format } = reporter;
  const { make } = reporter.elements;

  const bar = document.querySelector("[data-role=compare-choice]");

  /** More are found by name. */
  const MOST_LISTED = 60;

  const VALUES = { last: "last", best: "best", min: "min", max: "max", mean: "mean" };

  let state = null;

  /* Groups and values */

  function select(label, options, chosen, choose) {
    const element = make("select", { "aria-label": label, onchange: () => choose(element.value) });
    for (const [value, textContent] of options) element.append(make("option", { value, textContent, selected: value === chosen }));
    return make("label.row.muted", {}, label, element);
  }

  function groupingOptions() {
    const columns = comparedSets.groupingColumns(state.found);
    const experiments = new Set(state.found.map(({ experiment }) => experiment));
    const known = [
      ["run", "each run"],
      [comparedSets.REPEATS, "groups: everything but the seed"],
      ...(experiments.size > 1 ? [[comparedSets.EXPERIMENT, "experiments"]] : []),
      ...columns.map(({ id, label }) => [id, `groups: ${label}`]),
    ];
    const now = comparePage.grouping();
    if (now && !known.some(([value]) => value === now)) known.push([now, `groups: ${now.split(",").map((id) => comparePage.column(id)?.label ?? id).join(", ")}`]);
    return known;
  }

  const chooseGrouping = (by) => comparePage.change({ by: by === "run" && (reporter.view.get("exp") || []).length < 2 ? null : by, sets: null, base: null, task: null });

  const chooseValue = (value) => comparePage.change({ of: value === "last" ? null : value });

  /* More to compare */

  /** What can be added: groups that were left out, experiments, and runs of the experiments that are here. */
  function candidates() {
    const shown = new Set(state.sets.map(({ id }) => id));
    const groups = state.all.filter(({ id }) => !shown.has(id)).map((set) => ({ kind: set.isGroup ? "group" : "run", name: set.name, add: () => comparePage.showOnly([...state.sets, set]) }));
    const here = new Set(state.found.map(({ columns }) => columns));
    const asked = [...opened.values()].filter((columns) => !here.has(columns)).reverse();
    return [...groups, ...runsIn(asked, shown), ...closedExperiments(), ...runsIn([...here], shown), ...otherExperiments()];
  }

  const takesRuns = () => !state.sets.some(({ isGroup }) => isGroup) && !(reporter.view.get("exp") || []).length;

  /** Tables of experiments whose runs were asked for here. */
  const opened = new Map();

  /** Experiments whose runs can be listed too, when single runs are compared. */
  function closedExperiments() {
    if (!takesRuns() || !state.found.length) return [];
    const here = new Set([...opened.keys(), ...state.found.map(({ experiment }) => experiment)]);
    return state.catalog.experiments
      .filter(({ id, n }) => n && !here.has(id))
      .map(({ id, name, n }) => ({ kind: "list its runs", name: `${name} (${format.count(n)} runs)`, isOpening: true, add: () => open(id) }));
  }

  async function open(id) {
    opened.set(id, await comparePage.tableOf(id));
    find.value = "";
    drawList();
    find.focus();
  }

  function runsIn(tables, shown) {
    if (!takesRuns()) return [];
    return tables.flatMap((columns) => {
      const [ids, names] = [columns.get("attributes.run_id"), columns.get("attributes.run_name")];
      return Array.from({ length: columns.n }, (_, row) => ({ kind: "run", id: ids.text(row), name: names?.text(row) || ids.text(row).slice(0, 8) }))
        .filter(({ id }) => !shown.has(id))
        .map((run) => ({ ...run, add: () => comparePage.change({ runs: [...(reporter.view.get("runs") || []), run.id] }) }));
    });
  }

  function otherExperiments() {
    const chosen = new Set(reporter.view.get("exp") || []);
    if (!chosen.size && state.found.length) return [];
    return state.catalog.experiments
      .filter(({ id, n }) => n && !chosen.has(id))
      .map(({ id, name, n }) => ({ kind: "experiment", name: `${name} (${format.count(n)} runs)`, add: () => comparePage.change({ exp: [...chosen, id], by: chosen.size && comparePage.grouping() ? comparePage.grouping() : comparedSets.EXPERIMENT, sets: null }) }));
  }

  const list = make("ul.picks", { "aria-label": "What can be added" });
  const find = make("input.plain", { type: "search", placeholder: "Find by name", "aria-label": "Find what to add", autocomplete: "off", spellcheck: false, oninput: () => drawList() });
  const pop = make("div.pop.picker", { id: "compare-add", popover: "auto" }, make("div.q", {}, make("div.box.small", {}, find)), list);
  const button = make("button.btn.plain", { textContent: "Add …", popoverTargetElement: pop });
  pop.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    place();
    drawList();
    find.focus();
  });

  function place() {
    const { left, bottom } = button.getBoundingClientRect();
    pop.style.left = `${Math.max(8, Math.min(left, innerWidth - pop.offsetWidth - 8))}px`;
    pop.style.top = `${bottom + 4}px`;
  }

  function drawList() {
    const needle = find.value.trim().toLowerCase();
    const fitting = candidates().filter(({ name }) => name.toLowerCase().includes(needle));
    const more = fitting.length - MOST_LISTED;
    list.replaceChildren(...fitting.slice(0, MOST_LISTED).map(item));
    if (!fitting.length) list.append(make("li.muted", { textContent: needle ? "Nothing of this name is left to add." : "Everything is here already." }));
    if (more > 0) list.append(make("li.muted", { textContent: `${format.count(more)} more: find them by name` }));
  }

  function item({ kind, name, add, isOpening }) {
    const act = () => {
      if (!isOpening) pop.hidePopover();
      add();
    };
    return make("li", {}, make("button", { onclick: act }, make("bdi.ell", { textContent: name }), make("span.muted", { textContent: kind })));
  }

  /* The bar */

  function draw(compared) {
    state = compared;
    const hasMetrics = state.sets.length > 0;
    bar.hidden = false;
    const isOpen = pop.matches(":popover-open");
    bar.replaceChildren(
      ...(hasMetrics ? [select("Compare", groupingOptions(), comparePage.grouping() || "run", chooseGrouping), select("Metrics show", Object.entries(VALUES), state.value, chooseValue)] : []),
      button,
      pop,
    );
    if (isOpen) pop.showPopover();
  }

  comparePage.join({ draw });
})((globalThis.reporter = globalThis.reporter || {}));
