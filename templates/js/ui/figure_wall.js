/**
 * The wall of figures on an experiment's page: one name, all runs, one step; two of them held against
 * each other side by side, under a curtain, blinking, or as their difference.
 *
 * What is chosen stands in the address: wall (name or pattern), wallby (a param), wallstep, wallsize.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { wall, view } = reporter;
  const root = document.querySelector("[data-role=figure-wall]");
  if (!root) return;

  /** Pictures in the page at once; more come with a button. */
  const PAGE = 120;
  const SIZES_PX = { least: 80, usual: 220, most: 640 };
  const BLINK_MS = 700;

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function labelled(text, control) {
    return make("label", { className: "row muted" }, text, control);
  }

  /* Data: pictures, and of the runs what they are called and have as params */

  async function load(experimentId) {
    const { experiments } = await reporter.catalog;
    const experiment = experiments.find(({ id }) => id === experimentId);
    if (!experiment?.figures) return null;
    const columns = new reporter.Columns();
    const shards = experiment.tables.map((file, k) => reporter.load(`data/${file}`, `runs/${experiment.id}/${k}`));
    const figures = reporter.load(`data/${experiment.figures}.js`, experiment.figures);
    for (const shard of await Promise.all(shards)) columns.add(shard);
    const ids = columns.get("attributes.run_id");
    const pictures = wall.decode(await figures, (row) => ids.text(row));
    return { pictures, columns, ids };
  }

  /* Two pictures held against each other */

  class Duel {
    constructor() {
      this.stage = make("div", { className: "duel" });
      this.curtain = make("input", { type: "range", min: 0, max: 100, value: 50 });
      this.curtain.setAttribute("aria-label", "Curtain");
      this.names = make("b", { className: "ell" });
      const modes = ["Side by side", "Curtain", "Blink", "Difference"].map((name) => this.modeButton(name));
      const seg = make("span", { className: "seg" }, ...modes);
      seg.setAttribute("role", "group");
      const close = make("button", { type: "button", className: "btn plain", textContent: "Close", onclick: () => this.dialog.close() });
      const header = make("header", {}, this.names, make("span", { className: "spacer" }), seg, this.curtain, close);
      this.dialog = make("dialog", { className: "lightbox" }, header, this.stage);
      this.dialog.setAttribute("aria-label", "Two figures compared");
      this.modes = modes;
      this.curtain.oninput = () => this.draw();
      this.dialog.onclose = () => this.stop();
      this.dialog.onkeydown = (event) => {
        if (event.key === " " && this.mode === "Blink") this.swap(event);
      };
    }

    modeButton(name) {
      return make("button", { type: "button", textContent: name, onclick: () => this.choose(name) });
    }

    open(pair) {
      this.images = pair.map(({ href, label }) => make("img", { src: href, alt: label }));
      this.names.textContent = pair.map(({ label }) => label).join("  |  ");
      this.stage.replaceChildren(...this.images);
      if (!this.dialog.isConnected) document.body.append(this.dialog);
      this.dialog.showModal();
      this.choose("Side by side");
    }

    choose(mode) {
      this.stop();
      this.mode = mode;
      for (const button of this.modes) button.setAttribute("aria-pressed", button.textContent === mode);
      this.curtain.hidden = mode !== "Curtain";
      this.stage.className = `duel ${mode.toLowerCase().replaceAll(" ", "-")}`;
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (mode === "Blink" && !isCalm) this.timer = setInterval(() => this.swap(), BLINK_MS);
      this.draw();
    }

    swap(event) {
      event?.preventDefault();
      this.stage.classList.toggle("second");
    }

    draw() {
      const [, second] = this.images;
      second.style.clipPath = this.mode === "Curtain" ? `inset(0 0 0 ${this.curtain.value}%)` : "";
    }

    stop() {
      clearInterval(this.timer);
      this.stage.classList.remove("second");
    }
  }

  /* The wall */

  class Wall {
    constructor({ pictures, columns, ids }) {
      Object.assign(this, { pictures, columns, ids, limit: PAGE, picked: [] });
      this.gallery = root.parentElement.querySelector(".gal");
      this.note = root.parentElement.querySelector("p.toolbar");
      this.duel = new Duel();
      this.grid = make("div", { className: "wall" });
      root.replaceChildren(this.toolbar(), this.grid);
      root.hidden = false;
      view.subscribe((_, changed) => changed.some((name) => name.startsWith("wall") || name === "sel") && this.show());
      this.show();
    }

    toolbar() {
      const known = wall.names(this.pictures);
      const options = known.map(({ name, runs }) => make("option", { value: name, label: `${runs} ${runs === 1 ? "run" : "runs"}` }));
      const list = make("datalist", { id: "wall-names" }, ...options);
      this.name = make("input", { type: "search", placeholder: "All figures: choose a name", value: view.get("wall") || "" });
      this.name.setAttribute("list", "wall-names");
      this.name.setAttribute("aria-label", "Figure: a name, or a pattern with *");
      this.name.onchange = () => this.set({ wall: this.name.value.trim() || null, wallstep: null });
      this.by = make("select", { onchange: () => this.set({ wallby: this.by.value || null }) }, make("option", { value: "", textContent: "nothing" }), ...this.params());
      this.size = make("input", { type: "range", min: SIZES_PX.least, max: SIZES_PX.most, oninput: () => this.set({ wallsize: Number(this.size.value) === SIZES_PX.usual ? null : this.size.value }) });
      this.step = make("input", { type: "range", min: 0, oninput: () => this.set({ wallstep: this.isLast() ? null : String(this.steps[this.step.value]) }) });
      this.stepText = make("output", { className: "dim num" });
      this.stepLabel = labelled("Step", this.step);
      this.stepLabel.append(this.stepText);
      this.compare = make("button", { type: "button", className: "btn", textContent: "Compare two", disabled: true, onclick: () => this.duel.open(this.picked.map((key) => this.shown.get(key))) });
      this.count = make("span", { className: "muted nowrap" });
      this.count.setAttribute("role", "status");
      const find = make("div", { className: "q find-chart" }, make("div", { className: "box" }, this.name, list));
      this.tools = [labelled("Group by", this.by), labelled("Size", this.size), this.stepLabel, this.compare];
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
      const step = view.get("wallstep");
      const seen = wall.at(fitting, step === undefined ? null : Number(step));
      const column = this.columns.get(view.get("wallby") || "");
      this.by.value = column ? column.id : "";
      const width = Math.min(SIZES_PX.most, Math.max(SIZES_PX.least, Number(view.get("wallsize")) || SIZES_PX.usual));
      this.size.value = width;
      this.grid.style.setProperty("--wall", `${width}px`);
      const groups = wall.group(seen, column ? (row) => (column.has(row) ? column.text(row) : "") : null);
      this.drawGroups(groups, column, new Set(seen.map(({ name }) => name)).size > 1);
      this.count.textContent = `${seen.length} ${seen.length === 1 ? "figure" : "figures"}${rows ? " of selected runs" : ""}`;
    }

    drawStep(pictures) {
      this.steps = wall.steps(pictures);
      this.stepLabel.hidden = this.steps.length < 2;
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
        const cards = pictures.slice(0, left).map((picture) => this.card(picture, isMixed));
        left -= cards.length;
        const title = column ? [make("h3", { className: "wall-title" }, make("bdi", { textContent: `${column.label} = ${label || "–"}` }), make("span", { className: "muted", textContent: String(pictures.length) }))] : [];
        return cards.length ? [...title, make("div", { className: "gal" }, ...cards)] : [];
      });
      const more = total - this.limit;
      if (more > 0) parts.push(make("button", { type: "button", className: "btn", textContent: `Show ${Math.min(more, PAGE)} more of ${more}`, onclick: () => ((this.limit += PAGE), this.show()) }));
      if (!total) parts.push(make("p", { className: "muted", textContent: "No figure of this name." }));
      this.grid.replaceChildren(...parts);
      this.picked = this.picked.filter((key) => this.shown.has(key));
      this.compare.disabled = this.picked.length !== 2;
    }

    card(picture, isMixed) {
      const { row, name, step, path, small } = picture;
      const key = `${row} ${name}`;
      const href = reporter.files.url(path);
      const run = this.columns.get("attributes.run_name")?.text(row) || this.ids.text(row).slice(0, 8);
      const label = isMixed ? `${run}: ${name}` : run;
      this.shown.set(key, { href, label });
      const look = reporter.comparison.lookOf(row);
      const box = make("input", { type: "checkbox", checked: this.picked.includes(key), onchange: () => this.pick(key, box.checked) });
      box.setAttribute("aria-label", `Compare ${label}`);
      const image = make("img", { src: reporter.files.url(small), alt: label, loading: "lazy", decoding: "async" });
      const link = make("a", { className: "picture", href }, image);
      link.dataset.role = "enlarge";
      const hasPage = this.columns.get("attributes.has_page")?.number(row) !== 0;
      const text = make(hasPage ? "a" : "span", { className: "ell", title: run }, make("bdi", { textContent: run }));
      if (hasPage) text.href = reporter.files.page(`run/${this.ids.text(row)}.html`);
      const swatch = make("span", { className: `sw k${look.color}` });
      const aside = make("span", { className: "muted nowrap", textContent: step === null ? "" : `step ${step}` });
      const caption = make("figcaption", {}, make("div", {}, make("span", { className: "row ell" }, box, swatch, text), aside));
      if (isMixed) caption.append(make("div", {}, make("span", { className: "ell muted", textContent: name, title: name })));
      const figure = make("figure", {}, link, caption);
      figure.dataset.runId = this.ids.text(row);
      figure.dataset.path = name;
      return figure;
    }

    pick(key, isPicked) {
      this.picked = this.picked.filter((other) => other !== key);
      if (isPicked) this.picked.push(key);
      for (const dropped of this.picked.splice(0, Math.max(0, this.picked.length - 2))) this.uncheck(dropped);
      this.compare.disabled = this.picked.length !== 2;
    }

    uncheck(key) {
      const place = [...this.shown.keys()].indexOf(key);
      const box = this.grid.querySelectorAll("figure input")[place];
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
