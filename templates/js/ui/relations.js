/**
 * The tab of experiment charts: which runs, which columns, what is chosen, and the cards that show it.
 *
 * Charts show the runs that the table shows, in the colours they have there. Everything waits until the
 * tab is opened: the compiled charts, Vega's runtime, columns of files that the table has not needed.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { relationChoices, relationFields, fields, format, association } = reporter;
  const { make } = reporter.elements;

  const REST_MS = 80;
  /** Params that are ranked at most; more take longer than a reader waits. */
  const MOST_PARAMS = 60;
  /** Words of metrics of which less is better, where nobody declared it. */
  const LESS = /loss|err|rmse|mae|mse|nll|perplexity|ppl|wer|cer|duration|time|latency|regret|divergence/i;

  class Board {
    constructor(panel, table, experiment, file) {
      Object.assign(this, { panel, table, experiment, file, brushing: table.brushing, cards: [], cache: new Map() });
      this.choices = relationChoices.parse(reporter.view.get("rel") || []);
      this.status = make("span.muted.nowrap", { role: "status" });
      this.toolbar = make("div.toolbar.scroll", { role: "toolbar", "aria-label": "Relations", "data-role": "relations-toolbar" });
      this.grid = make("div.relations");
      this.cards = file.kinds.map((kind) => new reporter.RelationCard(this, kind));
      this.grid.append(...this.cards.map(({ figure }) => figure));
      panel.replaceChildren(panel.querySelector(".tab-title"), this.toolbar, this.grid);
    }

    /* Runs */

    rows() {
      return reporter.visibleRuns?.(this.table.experiment) ?? this.table.rows.shown;
    }

    shownSet() {
      this.shown ??= new Set(this.rows());
      return this.shown;
    }

    /** The runs that the query shows, whatever the brushes leave of them. */
    ground() {
      const { list } = this.brushing;
      return list.length && !this.table.selection.size ? this.brushing.base() : this.rows();
    }

    /* Columns */

    bring(ids) {
      return Promise.all(ids.map((id) => this.table.supply.make(id)));
    }

    /** @returns {import("../lib/fields.js").Field | null} */
    read(id, rows) {
      const column = id && this.table.columns.get(id);
      if (!column) return null;
      const name = `${rows.length === this.table.columns.n ? "all" : rows === this.lastRows ? "rows" : "ground"} ${id}`;
      const known = this.cache.get(name);
      if (known?.rows === rows) return known.field;
      const field = fields.readField(column, rows);
      this.cache.set(name, { rows, field });
      return field;
    }

    /** The params that differ, as fields of some rows. */
    params(rows) {
      const found = relationChoices.usable(this.table.columns).filter(({ group, differs }) => group === "Params" && differs);
      return { read: found.slice(0, MOST_PARAMS).map(({ id }) => this.read(id, rows)), left: Math.max(0, found.length - MOST_PARAMS) };
    }

    /* What is known without a choice */

    get goal() {
      return this.choices.get("goal") ?? this.firstGoal;
    }

    senseOf(id, direction) {
      const chosen = id === this.goal && this.choices.get("goal.sense");
      return chosen || direction || this.guess(id);
    }

    /** Of metrics that nobody declared. */
    guess(id) {
      if (!id.startsWith("metrics")) return "";
      return LESS.test(id) ? "min" : "max";
    }

    /** Params ranked by what they say about the metric: once for all runs, so that charts do not change with a filter. */
    async learn() {
      const { columns } = this.table;
      this.firstGoal = relationChoices.defaultGoal(columns, relationFields.withSeries(this.experiment));
      await this.bring([this.goal].filter(Boolean));
      const all = Uint32Array.from({ length: columns.n }, (_, row) => row);
      const goal = columns.get(this.goal) && fields.readField(columns.get(this.goal), all);
      const read = new Map();
      const fieldOf = (column) => read.get(column) ?? read.set(column, fields.readField(column, all)).get(column);
      const tells = (column) => this.tellsAbout(goal, fieldOf(column), column);
      const together = (a, b) => fieldOf(a).numbers.reduce((sum, value, i) => sum + !Number.isNaN(value + fieldOf(b).numbers[i]), 0) / columns.n;
      const time = columns.get("attributes.start_time") ? "attributes.start_time" : "";
      this.known = { goal: this.goal, time, tells, together, params: relationChoices.rankedParams(columns, tells) };
    }

    /** How much a param says about the metric, less where few runs have it; a seed is no choice of anybody's. */
    tellsAbout(goal, field, { key }) {
      if (!goal || /seed/i.test(key)) return -1;
      const { adjusted, n } = association.mutualInformation(field.numbers, goal.numbers, { isCategoryA: field.kind === "category", isCategoryB: goal.kind === "category" });
      return (adjusted * n) / goal.numbers.length;
    }

    built(id) {
      return this.importances?.find(({ metric }) => metric === id?.replace(/^metrics(:[a-z_]+)?\./, "")) ?? null;
    }

    /* Choices */

    choose(name, value) {
      if (value === null) this.choices.delete(name);
      else this.choices.set(name, value);
      const texts = relationChoices.print(this.choices);
      reporter.view.set({ rel: texts.length ? texts : null }, { caller: this.listener });
      this.changed(name);
    }

    changed(name) {
      const [kind] = name.split(".");
      if (name.startsWith("goal")) this.refreshAll();
      else this.refresh(this.cards.filter((card) => card.kind.name === kind));
    }

    async refreshAll() {
      await this.learn();
      this.drawToolbar();
      this.refresh();
    }

    /* Toolbar */

    drawToolbar() {
      const goal = this.goal;
      const column = this.table.columns.get(goal);
      const sense = this.senseOf(goal, column?.direction);
      const hadFocus = this.toolbar.contains(document.activeElement) && document.activeElement.dataset;
      const slot = { name: "goal", label: "Metric", takes: "number", default: "goal" };
      const picker = relationFields.picker(this, slot, goal, (id) => this.choose("goal", id));
      const button = (value, text) => make("button", { textContent: text, "data-value": value, "aria-pressed": String(sense === value), onclick: () => this.choose("goal.sense", value === column?.direction ? null : value) });
      const seg = make("span.seg", { role: "group", "aria-label": "Which is better" }, button("min", "Less is better"), button("max", "More is better"));
      this.toolbar.replaceChildren(make("label.row.muted", {}, "Metric ", picker), seg, this.chips ?? (this.chips = this.brushing.chips()), make("span.spacer"), this.status);
      if (hadFocus?.slot) picker.focus();
      else if (hadFocus?.value) seg.querySelector(`[data-value=${hadFocus.value}]`)?.focus();
      this.say();
    }

    say() {
      const { length } = this.rows();
      const all = this.table.columns.n;
      const why = this.table.selection.size ? ", as selected in the table" : ", as filtered in the table";
      this.status.textContent = `${format.count(length)} of ${format.count(all)} runs${length < all ? why : ""}`;
    }

    /* Looks */

    look() {
      const style = getComputedStyle(document.documentElement);
      const token = (name) => style.getPropertyValue(`--${name}`).trim();
      const { range } = this.configOf(reporter.chartTheme());
      const isDark = reporter.chartTheme() === "dark";
      return {
        runs: Array.from({ length: 8 }, (_, i) => token(`c${i + 1}`)),
        ramp: range.ramp,
        negative: range.diverging[1],
        positive: range.diverging[5],
        text: token("text"),
        muted: token("text-3"),
        faint: token("line-2"),
        surface: token("surface"),
        line: isDark ? "rgb(233 235 237 / .45)" : "rgb(27 28 31 / .4)",
        onDeep: isDark ? token("surface") : "#ffffff",
        onPale: token("text"),
      };
    }

    configOf(theme) {
      return this.file.config[theme];
    }

    /* Under the pointer */

    tell(columns) {
      const { table } = this;
      const number = (value) => (typeof value === "number" ? format.number(value) : value);
      const rowNames = { mean: "mean", value: "value", n: "n", std: "std", ci: "95 % ±", median: "median", q1: "q1", q3: "q3", low: "low", high: "high" };
      return {
        tellRun: (run) => {
          const { name, color } = table.run(run);
          return { title: name, color, entries: columns.map(({ title, exact }) => [title, exact(run) || "–"]) };
        },
        tellRow: (row) => ({
          title: row.label ?? `${row.x} · ${row.y}`,
          entries: Object.entries(rowNames).filter(([name]) => Number.isFinite(row[name])).map(([name, word]) => [word, number(row[name])]),
        }),
        actions: (run, done) => this.actions(run, done),
      };
    }

    actions(run, done) {
      const { table } = this;
      const { href } = table.run(run);
      const peek = () => {
        done();
        document.getElementById("tab-runs").click();
        table.ask("open", run);
      };
      const select = () => {
        table.toggle(run, false);
        done();
      };
      return [
        ...(href ? [make("a.btn.small", { href, textContent: "Open run" })] : []),
        make("button.btn.small", { textContent: "Show in table", onclick: peek }),
        make("button.btn.small", { textContent: table.selection.has(run) ? "Unselect" : "Select", onclick: select }),
      ];
    }

    /* When to draw */

    refresh(cards = this.cards) {
      for (const card of cards) card.isStale = true;
      this.drawStale();
    }

    /** One after the other, those near the screen, with room for the reader between. */
    async drawStale() {
      if (this.isDrawing) return;
      this.isDrawing = true;
      for (let card; (card = this.nextStale()); ) {
        await card.draw();
        await new Promise((resolve) => setTimeout(resolve));
      }
      this.isDrawing = false;
    }

    nextStale() {
      if (!this.panel.offsetParent) return undefined;
      return this.cards.find(({ isStale, isNear }) => isStale && isNear);
    }

    rowsChanged() {
      this.shown = null;
      this.lastRows = null;
      this.say();
      this.refresh();
    }

    async begin() {
      const later = after(() => this.rowsChanged());
      await this.table.completed;
      this.importances = this.experiment.importance ? await reporter.load(`data/${this.experiment.importance}`, `importance/${this.experiment.id}`) : null;
      await this.learn();
      this.drawToolbar();
      for (const name of ["reporter:rows", "reporter:brushes"]) document.addEventListener(name, later);
      this.listener = (view, names) => this.readView(names);
      reporter.view.subscribe(this.listener);
      const redraw = () => this.refresh();
      document.addEventListener("reporter:theme", redraw);
      new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
      this.watch();
    }

    readView(names) {
      if (names.includes("rel")) {
        this.choices = relationChoices.parse(reporter.view.get("rel") || []);
        this.refreshAll();
      }
      if (names.includes("tab")) this.drawStale();
    }

    watch() {
      const of = (figure) => this.cards.find((card) => card.figure === figure || card.box === figure);
      const near = new IntersectionObserver(
        (entries) => {
          for (const { target, isIntersecting } of entries) of(target).isNear = isIntersecting;
          this.drawStale();
        },
        { rootMargin: "60% 0px" },
      );
      const sizes = new ResizeObserver(after(() => this.refresh(this.cards.filter(({ view }) => view?.isStale))));
      for (const card of this.cards) {
        card.isStale = true;
        near.observe(card.figure);
        sizes.observe(card.box);
      }
    }
  }

  function after(act) {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, REST_MS);
    };
  }

  /** Everything that the tab needs, when it is first opened. */
  async function open(panel) {
    const table = await reporter.tables.begun;
    const { relations, vega, experiments } = await reporter.catalog;
    const [file] = await Promise.all([reporter.load(`data/${relations}`, "relations"), reporter.load(vega)]);
    const board = new Board(panel, table, experiments.find(({ id }) => id === table.experiment), file);
    await board.begin();
    reporter.relations = board;
  }

  function fail(panel, error) {
    panel.append(make("p.note.bad", { role: "alert", textContent: error.message }));
    if (!(error instanceof reporter.DataFileError)) throw error;
  }

  reporter.whenReady(() => {
    const panel = document.querySelector("[data-panel=relations]");
    if (!panel?.querySelector("[data-role=relations]")) return;
    const opened = new IntersectionObserver(([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      opened.disconnect();
      open(panel).catch((error) => fail(panel, error));
    });
    opened.observe(panel);
  });
})((globalThis.reporter = globalThis.reporter || {}));
