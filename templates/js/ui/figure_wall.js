/**
 * The wall of figures on an experiment's page: one name, all runs, one step, or runs by steps; two of
 * them held against each other. Figures that need a frame hang there, too, and are drawn at a click.
 *
 * What is chosen stands in the address: wall (name, pattern or /expression/), wallby (a param),
 * wallstep, wallsize, wallsteps (runs by steps), walldraw (figures that need a
 * frame are drawn as they come into sight), wallpair and wallmode (two that are compared).
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { wall, view } = reporter;
  const { make } = reporter.elements;
  const root = document.querySelector("[data-role=figure-wall]");
  if (!root) return;

  /** Pictures in the page at once; more come with a button. */
  const PAGE = 120;
  const SIZES_PX = { least: 80, usual: 220, most: 640 };

  /** Columns of the grid of runs by steps; more are thinned evenly. */
  const MOST_STEPS = 12;

  /** A slider shows where its steps are as long as they can be told apart. */
  const MOST_TICKS = 60;

  const ID_DIGITS = 8;

  function labelled(text, control) {
    return make("label", { className: "row muted" }, text, control);
  }

  /* Data: pictures, and of the runs what they are called and have as params */

  async function load(experimentId) {
    const { experiments } = await reporter.catalog;
    const experiment = experiments.find(({ id }) => id === experimentId);
    if (!experiment?.figures && !experiment?.live) return null;
    const columns = new reporter.Columns();
    const shards = experiment.tables.map((file, k) => reporter.load(`data/${file}`, `runs/${experiment.id}/${k}`));
    const list = (name) => (name ? reporter.load(`data/${name}.js`, name) : null);
    const [figures, live] = await Promise.all([list(experiment.figures), list(experiment.live)]);
    for (const shard of await Promise.all(shards)) columns.add(shard);
    const ids = columns.get("attributes.run_id");
    const pictures = figures ? wall.decode(figures, (row) => ids.text(row)) : [];
    return { pictures: live ? [...pictures, ...wall.decodeLive(live)] : pictures, columns, ids };
  }

  /* The wall */

  class Wall {
    constructor({ pictures, columns, ids }) {
      Object.assign(this, { pictures, columns, ids, limit: PAGE, picked: [] });
      this.gallery = root.parentElement.querySelector(".gal");
      this.note = root.parentElement.querySelector("p.toolbar");
      this.duel = new reporter.FigureDuel({
        onMode: (mode) => view.set({ wallmode: mode === "side" ? null : mode }),
        onClose: () => view.set({ wallpair: null, wallmode: null }),
      });
      this.grid = make("div", { className: "wall" });
      root.replaceChildren(this.toolbar(), this.grid);
      root.hidden = false;
      view.subscribe((_, changed) => changed.some((name) => name.startsWith("wall") || name === "sel") && this.show());
      this.show();
      this.reopen();
    }

    toolbar() {
      const known = wall.names(this.pictures);
      const options = known.map(({ name, runs }) => make("option", { value: name, label: `${runs} ${runs === 1 ? "run" : "runs"}` }));
      const list = make("datalist", { id: "wall-names" }, ...options);
      this.name = make("input", { type: "search", placeholder: "All figures: choose a name", value: view.get("wall") || "" });
      this.name.setAttribute("list", "wall-names");
      this.name.setAttribute("aria-label", "Figure: a name, or a pattern with *");
      this.name.title = "A name, a pattern with * and ?, or a /regular expression/";
      this.name.onchange = () => this.set({ wall: this.name.value.trim() || null, wallstep: null });
      this.by = make("select", { onchange: () => this.set({ wallby: this.by.value || null }) }, make("option", { value: "", textContent: "nothing" }), ...this.params());
      this.size = make("input", { type: "range", min: SIZES_PX.least, max: SIZES_PX.most, oninput: () => this.set({ wallsize: Number(this.size.value) === SIZES_PX.usual ? null : this.size.value }) });
      this.step = make("input", { type: "range", min: 0, oninput: () => this.set({ wallstep: this.isLast() ? null : String(this.steps[this.step.value]) }) });
      this.ticks = make("datalist", { id: "wall-ticks" });
      this.step.setAttribute("list", "wall-ticks");
      this.stepText = make("output", { className: "dim num" });
      this.stepLabel = labelled("Step", this.step);
      this.stepLabel.append(this.stepText, this.ticks);
      this.allSteps = make("button", { className: "btn", textContent: "All steps", title: "A line for each run, a column for each step", onclick: () => this.set({ wallsteps: view.get("wallsteps") ? null : "all" }) });
      this.drawing = make("button", { className: "btn", textContent: "Draw in sight", title: "Draw interactive figures as they come into sight", onclick: () => this.set({ walldraw: view.get("walldraw") ? null : "1" }) });
      this.compare = make("button", { className: "btn", textContent: "Compare two", disabled: true, onclick: () => this.openPair() });
      this.count = make("span", { className: "muted nowrap" });
      this.count.setAttribute("role", "status");
      const find = make("div", { className: "q find-chart" }, make("div", { className: "box" }, this.name, list));
      this.tools = [labelled("Group by", this.by), labelled("Size", this.size), this.stepLabel, this.allSteps, this.drawing, this.compare];
      const bar = make("div", { className: "toolbar scroll" }, find, ...this.tools, make("span", { className: "spacer" }), this.count);
      bar.setAttribute("role", "toolbar");
      bar.setAttribute("aria-label", "Figures");
      return bar;
    }

    params() {
      const offered = this.columns.offered().filter(({ id, differs }) => differs && (id.startsWith("params.") || id === "attributes.status"));
      return offered.map(({ id, label }) => make("option", { value: id, textContent: label }));
    }

    set(changes) {
      view.set(changes);
      this.limit = PAGE;
      this.show();
    }

    isLast() {
      return Number(this.step.value) === this.steps.length - 1;
    }

    /** Rows to show: those that are selected in the table, else all that it shows. */
    rows() {
      const selected = view.get("sel");
      const ids = new Set(Array.isArray(selected) ? selected : String(selected || "").split(",").filter(Boolean));
      if (!ids.size) return null;
      return new Set([...Array(this.columns.n).keys()].filter((row) => ids.has(this.ids.text(row)) || [...ids].some((id) => this.ids.text(row).startsWith(id))));
    }

    show() {
      const wanted = view.get("wall") || "";
      const isWall = Boolean(wanted);
      this.gallery.hidden = isWall;
      if (this.note) this.note.hidden = isWall;
      this.grid.hidden = !isWall;
      for (const tool of this.tools) tool.hidden = !isWall;
      this.count.textContent = "";
      if (this.name.value !== wanted) this.name.value = wanted;
      if (isWall) this.draw(wanted);
    }

    draw(wanted) {
      const rows = this.rows();
      const isExact = this.pictures.some(({ name }) => name === wanted);
      const fitting = this.pictures.filter(({ name, row }) => (isExact ? name === wanted : wall.fits(name, wanted)) && (!rows || rows.has(row)));
      this.drawStep(fitting);
      this.drawing.hidden = !fitting.some(({ live }) => live);
      this.drawing.setAttribute("aria-pressed", String(Boolean(view.get("walldraw"))));
      const step = view.get("wallstep");
      const isGrid = Boolean(view.get("wallsteps")) && this.steps.length > 1;
      const seen = isGrid ? fitting : wall.at(fitting, step === undefined ? null : Number(step));
      const column = this.columns.get(view.get("wallby") || "");
      this.by.value = column ? column.id : "";
      const width = Math.min(SIZES_PX.most, Math.max(SIZES_PX.least, Number(view.get("wallsize")) || SIZES_PX.usual));
      this.size.value = width;
      this.grid.style.setProperty("--wall", `${width}px`);
      const groups = wall.group(seen, column ? (row) => (column.has(row) ? column.text(row) : "") : null);
      this.isGrid = isGrid;
      this.columnsShown = wall.spread(this.steps, MOST_STEPS);
      this.drawGroups(groups, column, new Set(seen.map(({ name }) => name)).size > 1);
      const thinned = isGrid && this.columnsShown.length < this.steps.length ? `, ${this.columnsShown.length} of ${this.steps.length} steps` : "";
      this.count.textContent = `${seen.length} ${seen.length === 1 ? "figure" : "figures"}${rows ? " of selected runs" : ""}${thinned}`;
    }

    drawStep(pictures) {
      this.steps = wall.steps(pictures);
      const isGrid = Boolean(view.get("wallsteps"));
      this.stepLabel.hidden = this.steps.length < 2 || isGrid;
      this.allSteps.hidden = this.steps.length < 2;
      this.allSteps.setAttribute("aria-pressed", String(isGrid));
      const marked = this.steps.length <= MOST_TICKS ? this.steps : [];
      this.ticks.replaceChildren(...marked.map((_, place) => make("option", { value: place })));
      this.step.max = Math.max(0, this.steps.length - 1);
      const step = view.get("wallstep");
      const place = step === undefined ? this.steps.length - 1 : wall.nearest(this.steps, Number(step));
      this.step.value = place;
      this.stepText.textContent = this.steps.length ? this.steps[place] : "";
      this.step.setAttribute("aria-valuetext", `step ${this.stepText.textContent}`);
    }

    drawGroups(groups, column, isMixed) {
      const total = groups.reduce((sum, group) => sum + group.pictures.length, 0);
      let left = this.limit;
      this.shown = new Map();
      const parts = groups.flatMap(({ label, pictures }) => {
        const cut = pictures.slice(0, left);
        const cards = this.isGrid ? this.lines(cut, isMixed) : cut.map((picture) => this.card(picture, isMixed));
        left -= cut.length;
        const title = column ? [make("h3", { className: "wall-title" }, make("bdi", { textContent: `${column.label} = ${label || "–"}` }), make("span", { className: "muted", textContent: String(pictures.length) }))] : [];
        return cards.length ? [...title, make("div", { className: this.isGrid ? "steps-grid" : "gal" }, ...cards)] : [];
      });
      const more = total - this.limit;
      if (more > 0) parts.push(make("button", { className: "btn", textContent: `Show ${Math.min(more, PAGE)} more of ${more}`, onclick: () => ((this.limit += PAGE), this.show()) }));
      if (!total) parts.push(make("p", { className: "muted", textContent: "No figure of this name." }));
      this.grid.replaceChildren(...parts);
      this.picked = this.picked.filter((key) => this.shown.has(key));
      this.compare.disabled = this.picked.length !== 2;
    }

    nameOf(row) {
      return reporter.withoutMarks(this.columns.get("attributes.run_name")?.text(row) || "") || this.ids.text(row).slice(0, ID_DIGITS);
    }

    /** A picture is known by its run, its name and, where steps stand side by side, its step. */
    keyOf({ row, name, step }) {
      return `${this.ids.text(row).slice(0, ID_DIGITS)}:${this.isGrid && step !== null ? step : ""}:${name}`;
    }

    /** What shows a picture: an enlargeable image, or the place where a figure is going to hang. */
    exhibit(picture, label) {
      if (picture.live) return reporter.hangFigure(picture.live, label, Boolean(view.get("walldraw")));
      const image = make("img", { src: reporter.files.url(picture.small || picture.path), alt: label, loading: "lazy", decoding: "async" });
      const link = make("a", { className: "picture", href: reporter.files.url(picture.path) }, image);
      link.dataset.role = "enlarge";
      return link;
    }

    checkbox(picture, label) {
      const key = this.keyOf(picture);
      this.shown.set(key, { href: reporter.files.url(picture.path), label });
      const box = make("input", { type: "checkbox", checked: this.picked.includes(key), onchange: () => this.pick(key, box.checked) });
      box.dataset.key = key;
      box.setAttribute("aria-label", `Compare ${label}`);
      return box;
    }

    /** Swatch and name of a run, a link where it has a page. */
    runLabel(row, ...before) {
      const run = this.nameOf(row);
      const hasPage = this.columns.get("attributes.has_page")?.number(row) !== 0;
      const text = make(hasPage ? "a" : "span", { className: "ell", title: run }, make("bdi", { textContent: run }));
      if (hasPage) text.href = reporter.files.page(`run/${this.ids.text(row)}.html`);
      const swatch = make("span", { className: `sw k${reporter.chartIdentity.lookAt(row).color}` });
      return make("span", { className: "row ell" }, ...before, swatch, text);
    }

    card(picture, isMixed) {
      const { row, name, step } = picture;
      const run = this.nameOf(row);
      const label = isMixed ? `${run}: ${name}` : run;
      const before = picture.live ? [] : [this.checkbox(picture, label)];
      const aside = make("span", { className: "muted nowrap", textContent: step === null ? "" : `step ${step}` });
      const caption = make("figcaption", {}, make("div", {}, this.runLabel(row, ...before), aside));
      if (isMixed) caption.append(make("div", {}, make("span", { className: "ell muted", textContent: name, title: name })));
      return this.figure(picture, label, caption);
    }

    figure(picture, label, caption) {
      const figure = make("figure", {}, this.exhibit(picture, label), caption);
      figure.dataset.runId = this.ids.text(picture.row);
      figure.dataset.path = picture.name;
      figure.dataset.role = "figure";
      return figure;
    }

    /** A line for each run: its name, then a place for each step. */
    lines(pictures, isMixed) {
      const steps = this.columnsShown;
      const line = (className, ...cells) => make("div", { className: `steps-line ${className}` }, ...cells);
      const head = line("head", make("span"), ...steps.map((step) => make("span", { className: "num", textContent: `step ${step}` })));
      const lines = wall.matrix(pictures, steps).map(({ row, name, cells }) => {
        const heading = make("div", { className: "steps-name" }, this.runLabel(row));
        if (isMixed) heading.append(make("span", { className: "ell muted", textContent: name, title: name }));
        return line("", heading, ...cells.map((picture) => this.stepCell(picture)));
      });
      const all = [head, ...lines];
      for (const each of all) each.style.setProperty("--steps", steps.length);
      return all;
    }

    stepCell(picture) {
      if (!picture) return make("span", { className: "steps-none", textContent: "–", title: "Nothing was logged at this step" });
      const label = `${this.nameOf(picture.row)}: ${picture.name}${picture.step === null ? "" : `, step ${picture.step}`}`;
      const caption = make("figcaption", {}, picture.live ? "" : this.checkbox(picture, label));
      return this.figure(picture, label, caption);
    }

    openPair() {
      view.set({ wallpair: this.picked });
      this.duel.open(this.picked.map((key) => this.shown.get(key)), view.get("wallmode"));
    }

    /** A link to two figures opens them. */
    reopen() {
      const wanted = [view.get("wallpair") || []].flat();
      if (wanted.length !== 2 || !wanted.every((key) => this.shown?.has(key))) return;
      this.picked = wanted;
      this.show();
      this.openPair();
    }

    pick(key, isPicked) {
      this.picked = this.picked.filter((other) => other !== key);
      if (isPicked) this.picked.push(key);
      for (const dropped of this.picked.splice(0, Math.max(0, this.picked.length - 2))) this.uncheck(dropped);
      this.compare.disabled = this.picked.length !== 2;
    }

    uncheck(key) {
      const box = this.grid.querySelector(`input[data-key="${CSS.escape(key)}"]`);
      if (box) box.checked = false;
    }
  }

  const isSeen = () => root.closest("[data-panel]")?.hidden !== true;
  let started = false;

  /** The pictures of an experiment are read when somebody looks for them. */
  function start() {
    if (started || !isSeen()) return;
    started = true;
    load(root.dataset.experiment).then((found) => found && new Wall(found)).catch((error) => reporter.announce(error.message));
  }

  new MutationObserver(start).observe(root.closest("[data-panel]") || root, { attributes: true, attributeFilter: ["hidden"] });
  start();
})((globalThis.reporter = globalThis.reporter || {}));
