/**
 * Figures and tables of equal name, side by side: of each run, or of one run of each group. One
 * slider moves all of them to a step.
 *
 * In the address: `fig` the figure's name, `figstep` the step. Tables are laid side by side by
 * logged_tables.js.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined" || document.documentElement.dataset.page !== "compare") return;

  const { wall, comparePage } = reporter;
  const { make } = reporter.elements;

  /** Pictures in the page at once; more come with a button. */
  const PAGE = 60;

  const section = document.querySelector("[data-role=compare-figures]");
  const tables = document.querySelector("[data-role=compare-tables]");

  const idOf = ({ columns }, row) => columns.get("attributes.run_id").text(row);
  const nameOf = ({ columns }, row) => columns.get("attributes.run_name")?.text(row) || idOf({ columns }, row).slice(0, 8);

  /* Data */

  async function picturesOf(experiment, set) {
    const list = (name) => (name ? reporter.load(`data/${name}.js`, name) : null);
    const [figures, live] = await Promise.all([list(experiment.figures), list(experiment.live)]);
    return [...(figures ? wall.decode(figures, (row) => idOf(set, row)) : []), ...(live ? wall.decodeLive(live) : [])];
  }

  /** Pictures of the sets: {set, name, row, step, path}. */
  async function load({ sets, catalog }) {
    const byExperiment = new Map(sets.map((set) => [set.experiment, set]));
    const found = await Promise.all([...byExperiment].map(async ([id, set]) => [id, await picturesOf(catalog.experiments.find((one) => one.id === id), set)]));
    const pictures = new Map(found);
    return sets.flatMap((set) => {
      const rows = new Set(set.rows);
      return pictures.get(set.experiment).filter(({ row }) => rows.has(row)).map((picture) => ({ ...picture, set }));
    });
  }

  /** Names that the most sets have come first; one that a single set has can be compared with nothing. */
  function sharedNames(pictures) {
    const having = new Map();
    for (const { name, set } of pictures) having.set(name, (having.get(name) || new Set()).add(set));
    return [...having].filter(([, sets]) => sets.size > 1).sort((a, b) => b[1].size - a[1].size || (a[0] < b[0] ? -1 : 1)).map(([name, { size }]) => ({ name, size }));
  }

  /* Cards */

  /** Of a group its first run with the picture. */
  function shownOf(pictures, name, step) {
    const bySet = new Map();
    for (const picture of pictures) if (picture.name === name) bySet.set(picture.set, [...(bySet.get(picture.set) || []), picture]);
    return [...bySet.values()].map((own) => wall.at(own.filter(({ row }) => row === own[0].row), step)[0]);
  }

  const picture = (href, alt) => make("a.picture", { href, "data-role": "enlarge" }, make("img", { src: href, alt, loading: "lazy", decoding: "async" }));

  function card({ set, row, step, path, live, name }) {
    const run = nameOf(set, row);
    const label = `${name} of ${run}`;
    const shown = live ? reporter.hangFigure(live, label, true) : picture(reporter.files.url(path), label);
    const who = make("span.row.ell", {}, comparePage.swatch(set), make("bdi.ell", { textContent: set.name, title: set.name }));
    const at = make("span.muted.nowrap", { textContent: step === null ? "" : `step ${step}` });
    const of = set.isGroup ? [make("div", {}, make("bdi.ell.muted", { textContent: run, title: run }))] : [];
    const caption = make("figcaption", {}, make("div", {}, who, at), ...of);
    return make("figure", { "data-role": "figure", "data-path": name, "data-run-id": idOf(set, row) }, shown, caption);
  }

  /* The section */

  let pictures = [];
  let limit = PAGE;
  const choose = make("select", { "aria-label": "Figure", onchange: () => set({ fig: choose.value, figstep: null }) });
  const slider = make("input", { type: "range", min: 0, "aria-label": "Step of all figures", oninput: () => choosePlace(Number(slider.value), true) });
  const output = make("output.dim.num");
  const stepLabel = make("label.row.muted", {}, "Step", slider, output);
  const count = make("span.muted", { role: "status" });
  const grid = make("div.gal");
  const more = make("button.btn", { onclick: () => ((limit += PAGE), show()) });
  let steps = [];

  function set(changes) {
    reporter.view.set(changes);
    show();
  }

  function choosePlace(place, isTold) {
    set({ figstep: place === steps.length - 1 ? null : String(steps[place]) });
    if (isTold) reporter.tellStep(steps[place], "figures");
  }

  /* A click on a chart chooses the step; pointing at it does not, since the choice stands in the address. */
  slider.addEventListener("blur", () => reporter.tellStep(null, "figures"));
  document.addEventListener("reporter:step", ({ detail: { step, from, isChosen } }) => {
    if (from !== "figures" && isChosen && step !== null && steps.length > 1) choosePlace(wall.nearest(steps, step), false);
  });

  function show() {
    const names = sharedNames(pictures);
    section.hidden = !names.length;
    if (!names.length) return;
    const wanted = reporter.view.get("fig");
    const name = names.some((one) => one.name === wanted) ? wanted : names[0].name;
    choose.replaceChildren(...names.map((one) => make("option", { value: one.name, textContent: `${one.name} (${one.size})`, selected: one.name === name })));
    const own = pictures.filter((picture) => picture.name === name);
    const step = reporter.view.get("figstep");
    showStep(own, step);
    const shown = shownOf(own, name, step === undefined ? null : Number(step));
    count.textContent = String(shown.length);
    more.hidden = shown.length <= limit;
    more.textContent = `Show ${Math.min(PAGE, shown.length - limit)} more of ${shown.length - limit}`;
    grid.replaceChildren(...shown.slice(0, limit).map(card));
  }

  function showStep(own, step) {
    steps = wall.steps(own);
    stepLabel.hidden = steps.length < 2;
    slider.max = Math.max(0, steps.length - 1);
    slider.value = step === undefined ? steps.length - 1 : wall.nearest(steps, Number(step));
    output.textContent = steps.length ? steps[slider.value] : "";
    slider.setAttribute("aria-valuetext", `step ${output.textContent}`);
  }

  const title = make("div.sect-h", {}, make("h2", { textContent: "Figures" }), count);
  const bar = make("div.toolbar.noprint", { role: "toolbar", "aria-label": "Figures" }, make("label.row.muted", {}, "Name", choose), stepLabel);
  section.append(title, bar, grid, more);

  /* Tables: of each run, or of the first run of each group */

  async function showTables({ sets }) {
    const runs = sets.map((one) => ({ id: idOf(one, one.rows[0]), row: one.rows[0], experiment: one.experiment, columns: one.columns }));
    const body = tables.querySelector("[data-role=logged-tables]");
    const n = await reporter.loggedTables.mount(body, runs);
    tables.hidden = !n;
    tables.querySelector(".muted").textContent = sets.some(({ rows }) => rows.length > 1) ? "of the first run of each group" : "";
  }

  let drawn = "";

  async function draw(state) {
    const key = state.sets.map(({ id, rows }) => `${id} ${rows.length}`).join();
    if (key === drawn) return;
    drawn = key;
    limit = PAGE;
    pictures = state.sets.length > 1 ? await load(state) : [];
    if (drawn === key) show();
    await showTables(state);
  }

  comparePage.join({ draw: (state) => void draw(state).catch((error) => reporter.announce(error.message)) });
})((globalThis.reporter = globalThis.reporter || {}));
