/**
 * The runs table of a page: its data files, and what ties search, order, columns and selection.
 *
 * The builder's rows stay until the first data file is decoded; the other files follow after the
 * table has been painted. Everything that changes what is seen is in the address: q, sort, cols, sel.
 *
 * What can wait (groups, pins, the side panels) comes in later scripts as parts, which join the table:
 *
 *   reporter.tables.begun.then((table) => table.join(part))   once the first rows are there
 *
 * A table shows lines: numbers below `columns.n` are runs, those beyond are a part's own. A part has
 * any of `arrange(lines) -> lines`, `run(line)`, `cell(column, line)`, `node(line)`, `rowsOf(line)`,
 * `fold(line, isOpen)`, `open(line)`, `columns(columns) -> columns`, `sequence(rows) -> rows`, and for files
 * `exported(columns) -> columns`, `lifted(rows) -> rows`;
 * `mark(element, line)`, `slot(column)`, `stuck()`, `aside()`, `readView(names)` and `drawn()`; the first part that has an
 * answer gives it.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { columnChoice, sort, rows: takeAway } = reporter;

  const COLORS = 8;

  /** Longer lists of selected runs are not kept in the address. */
  const MAX_IN_ADDRESS = 200;

  /** As in the style sheet. */
  const NARROW = "(max-width: 720px)";

  const afterPaint = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

  const SORT_WORDS = { true: "descending", false: "ascending" };
  const SORT_ARROWS = { true: "↓", false: "↑" };

  reporter.isNarrow = () => matchMedia(NARROW).matches;

  /** On a phone two columns are seen at once: metrics come first there. @param {string[]} ids */
  function inRoom(ids) {
    if (!reporter.isNarrow()) return ids;
    const isMetric = (id) => id.startsWith("metrics");
    return [...ids.filter(isMetric), ...ids.filter((id) => !isMetric(id))];
  }

  class RunsTable {
    /** @param {HTMLTableElement} element  data-role=runs-table, as the builder made it */
    constructor(element) {
      this.element = element;
      this.root = element.closest("[data-role=runs]");
      this.experiment = element.dataset.experiment;
      this.columns = new reporter.Columns();
      this.rows = new takeAway.Rows(this.columns);
      const heads = [...element.tHead.rows[1].cells];
      this.defaultColumns = inRoom(heads.slice(1).map((head) => head.dataset.column));
      this.defaultSort = heads
        .filter((head) => head.getAttribute("aria-sort") !== "none")
        .map((head) => ({ id: head.dataset.column, descending: head.getAttribute("aria-sort") === "descending" }));
      this.shownIds = this.defaultColumns;
      this.isComplete = false;
      /** Settled when all data files of the table are here. */
      this.completed = new Promise((resolve) => (this.complete = resolve));
      this.parts = [];
      /** What stands in each row: see above. @type {Uint32Array} */
      this.lines = this.rows.shown;
    }

    role(name) {
      return this.root.querySelector(`[data-role=${name}]`);
    }

    /* Data */

    async load() {
      const catalog = await reporter.catalog;
      const [first, ...rest] = await this.parcels(catalog);
      this.columns.add(await first());
      this.begin(catalog);
      reporter.tables.begin(this);
      await afterPaint();
      this.grid.draw();
      this.grid.checkRowHeight();
      for (const load of rest) this.columns.add(await load());
      this.isComplete = true;
      this.complete();
      this.arrived();
    }

    /** What loads the table's data, one part after the other; the first is enough to begin with. */
    async parcels(catalog) {
      const { experiments, later } = catalog;
      const fileOf = ({ id, tables }, k) => reporter.load(`data/${tables[k]}`, `runs/${id}/${k}`);
      const own = experiments.find(({ id }) => id === this.experiment);
      if (own) return own.tables.map((_, k) => () => fileOf(own, k));
      await reporter.load(later);
      return reporter.mergedParcels(experiments, fileOf);
    }

    /** All columns are here: what the address asked of them can be answered. */
    arrived() {
      const isMerged = Boolean(this.columns.ordinals); // columns that were here have more values now
      if (isMerged) this.rows.ranks.clear();
      if (isMerged || this.rows.keys.some(({ id }) => !this.rows.ranks.has(id))) this.sortBy(this.rows.keys);
      if (this.search.tree) this.search.apply();
      if (isMerged) this.grid.forget();
      if (isMerged || this.grid.columns.length < this.shownIds.length) this.showColumns(this.shownIds);
      this.panel?.update();
      this.draw();
      this.warmUp();
    }

    /** Decode columns and rank names while nothing else is to be done: the first keystroke is then quick. */
    warmUp() {
      const idle = globalThis.requestIdleCallback || ((act) => setTimeout(() => act({ timeRemaining: () => 8 }), 50));
      const waiting = [...this.columns.byId.values()];
      const work = (deadline) => {
        while (waiting.length && deadline.timeRemaining() > 2) void waiting.pop().values;
        if (waiting.length) idle(work);
        else idle(() => this.rows.ranksOf(reporter.NAME));
      };
      idle(work);
    }

    /* Parts */

    /** What the first part says that has something to say. */
    ask(what, ...about) {
      for (const part of this.parts) {
        const said = part[what]?.(...about);
        if (said !== undefined) return said;
      }
      return undefined;
    }

    /** What all parts make of something, one after the other. */
    pass(what, value) {
      return this.parts.reduce((passed, part) => (part[what] ? part[what](passed) : passed), value);
    }

    /** Parts come one after the other in one script: the table is drawn once, with all of them. */
    join(part) {
      this.parts.push(part);
      part.readView?.();
      if (this.isJoining) return;
      this.isJoining = true;
      queueMicrotask(() => {
        this.isJoining = false;
        if (this.search.isEarly) this.search.read();
        this.showColumns(this.shownIds);
        this.draw();
      });
    }

    /** What stands beside a value takes room too. */
    measuredCell({ text, aside }) {
      return { text: aside ? `${text}  ${aside.text.padEnd(aside.width ?? 0, "0")}` : text };
    }

    measuredName(run) {
      return run && `${run.shortName}  n = ${run.count}    `;
    }

    /** The runs of a line: its own, or those below a heading. */
    rowsOf(line) {
      return this.ask("rowsOf", line) ?? Uint32Array.of(line);
    }

    /** Rows that the filter shows, in the order in which they are seen. */
    sequence() {
      return this.pass("sequence", this.rows.shown);
    }

    failed(error) {
      const note = document.createElement("p");
      note.className = "note bad";
      note.setAttribute("role", "alert");
      note.textContent = error.message;
      this.role("split").before(note);
    }

    /* Beginning */

    begin(catalog) {
      this.cell = reporter.createCells({ newestMs: catalog.newest_ms });
      this.selection = new reporter.Selection(this.columns.n);
      this.runColumns = ["run_id", "run_name", "status", "has_page"].map((key) => this.columns.get(`attributes.${key}`));
      this.makeParts();
      this.readView();
      this.listen();
      reporter.view.subscribe((_, names) => this.readView(names));
    }

    makeParts() {
      const source = {
        rows: () => this.lines,
        run: (line) => this.ask("run", line) ?? this.run(line),
        cell: (column, line) => this.ask("cell", column, line) ?? this.cell(column, line),
        node: (line) => this.ask("node", line),
        mark: (drawn, line) => this.parts.forEach((part) => part.mark?.(drawn, line)),
        isSelected: (line) => this.selection.stateOf(this.rowsOf(line)),
        slot: (column) => this.ask("slot", column),
        stuck: () => this.ask("stuck") ?? 0,
        sortOf: (id) => this.sortOf(id),
        isSized: ({ id }) => this.widths.chosen.has(id),
      };
      this.widths = new reporter.ColumnWidths(this.element, {
        cell: (column, line) => this.measuredCell(source.cell(column, line)),
        nameOf: (line) => this.measuredName(this.ask("run", line)) ?? this.nameOf(line),
      });
      this.grid = new reporter.Grid(this.element, this.role("scroller"), source);
      this.keys = new reporter.GridKeys(this.grid, {
        toggle: (line) => this.toggle(line, false),
        extend: (from, to) => this.bar.extend(from, to),
        open: (line) => this.ask("open", line) ?? this.open(line),
        fold: (line, isOpen) => this.ask("fold", line, isOpen),
        selectAll: () => this.bar.selectShown(true),
        clear: () => this.selection.size && this.bar.clear(),
      });
      this.grid.onDrawn = () => this.keys.settle();
      this.bar = new reporter.SelectionBar(this.root, this.selection, {
        shown: () => this.sequence(),
        idOf: (row) => this.idOf(row),
        onChange: () => this.selectionChanged(),
        onCopy: () => this.copySelected(),
        compared: (view) => this.pass("compared", view),
      });
      this.search = new reporter.SearchBox(this.root, {
        columnsApi: () => this.columns.queryApi(),
        onFilter: (predicate) => this.rows.filter(this.pass("sieve", predicate)),
        onType: () => this.rowsChanged(),
        onRest: (text) => this.writeView({ q: text || null }),
      });
    }

    listen() {
      this.element.addEventListener("click", (event) => this.click(event));
      this.element.addEventListener("copy", (event) => this.copy(event));
      this.role("download-csv").addEventListener("click", () => this.download());
      addEventListener("beforeprint", () => this.sayPrinted());
      reporter.onKey?.("x", () => this.keys.holdsFocus && this.keys.row >= 0 && this.toggle(this.keys.row, false));
    }

    /* Runs */

    idOf(row) {
      return this.runColumns[0].text(row);
    }

    nameOf(row) {
      return this.runColumns[1].text(row) ?? this.idOf(row).slice(0, 8);
    }

    run(row) {
      const [, , status, hasPage] = this.runColumns;
      const id = this.idOf(row);
      const href = hasPage?.number(row) ? reporter.files.page(`run/${id}.html`) : "";
      return { id, name: this.nameOf(row), href, state: status?.text(row) ?? "finished", color: ((this.columns.ordinals?.[row] ?? row) % COLORS) + 1 };
    }

    open(row) {
      const { href } = this.run(row);
      if (href) reporter.files.go(href);
    }

    /* Filter and order */

    /** Other rows or another order: seen from the top. */
    rowsChanged() {
      this.grid.toTop();
      this.draw();
    }

    /** Show the state as it is, once a change. */
    draw() {
      const { shown } = this.rows;
      this.lines = this.pass("arrange", shown);
      this.grid.draw();
      this.role("no-match").hidden = shown.length > 0;
      if (!shown.length) this.role("no-match-text").textContent = this.noMatchText();
      this.search.showCount(shown.length, this.columns.n, this.countAside());
      this.bar.show();
      for (const part of this.parts) part.drawn?.();
    }

    noMatchText() {
      const notes = this.search.notes.map(({ message }) => message);
      return [`None of ${this.columns.n} runs matches ${this.search.text}`, ...notes].join(". ");
    }

    /** What the count does not say: failed runs that the filter hides, or that more is to come. */
    countAside() {
      if (this.search.tree && !this.isComplete) return [", reading columns"];
      const hidden = this.failedCount(this.rows.order) - this.failedCount(this.rows.shown);
      const asides = this.parts.map((part) => part.aside?.()).filter(Boolean);
      return [hidden ? this.failedHint(hidden) : "", ...asides].filter(Boolean).flatMap((said) => [", ", said]);
    }

    /** A click shows them beside what the filter finds. */
    failedHint(hidden) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.textContent = `${hidden} failed hidden`;
      button.title = "Show them too";
      button.addEventListener("click", () => {
        const text = this.search.error.hidden ? this.search.text.trim() : reporter.query.print(this.search.tree);
        this.search.put(`(${text}) OR status = 'failed'`);
        this.search.input.focus();
      });
      return button;
    }

    failedCount(rows) {
      const status = this.runColumns[2];
      const failed = status ? status.dictionary.indexOf("failed") + 1 : 0;
      let count = 0;
      for (let i = 0; failed && i < rows.length; i++) if (status.values[rows[i]] === failed) count++;
      return count;
    }

    sortOf(id) {
      const key = this.rows.keys.find((one) => one.id === id);
      return key ? SORT_WORDS[key.descending] : "none";
    }

    sortBy(keys) {
      this.rows.sort(keys);
      this.showSortChips();
      this.grid.redrawHead();
    }

    changeSort(keys) {
      this.sortBy(keys);
      this.rowsChanged();
      const text = sort.printSort(keys);
      this.writeView({ sort: this.isDefaultSort ? null : text });
    }

    /** The first click brings the best to the top. */
    sortByClick(id, adds) {
      this.changeSort(sort.clickSort(this.rows.keys, id, adds, this.columns.get(id)?.direction === "max"));
    }

    get isDefaultSort() {
      return sort.printSort(this.rows.keys) === sort.printSort(this.defaultSort);
    }

    /** Whether the lines are others than the rows. */
    get isArranged() {
      return this.lines !== this.rows.shown;
    }

    showSortChips() {
      this.role("chips").replaceChildren(...(this.isDefaultSort ? [] : this.rows.keys.map((key) => this.sortChip(key))));
    }

    sortChip({ id, descending }) {
      const chip = document.createElement("span");
      chip.className = "chip";
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      const column = this.columns.get(id);
      const label = column ? [column.label, column.word].filter(Boolean).join(" ") : id;
      remove.setAttribute("aria-label", `Remove sort by ${label}`);
      remove.addEventListener("click", () => {
        const rest = this.rows.keys.filter((key) => key.id !== id);
        this.changeSort(rest.length ? rest : this.defaultSort);
      });
      const name = document.createElement("bdi");
      name.textContent = label;
      const what = document.createElement("span");
      what.append("sort ", name, ` ${SORT_ARROWS[descending]}`);
      chip.append(what, remove);
      return chip;
    }

    /* Columns */

    /** @param {string[]} ids  those that have not arrived are left out until they do */
    showColumns(ids) {
      this.shownIds = ids;
      const columns = this.pass("columns", ids.map((id) => this.columns.get(id)).filter(Boolean));
      this.grid.setColumns(columns, () => this.widths.measure(columns, this.pass("measured", this.rows.order)));
    }

    chooseColumns(ids) {
      this.showColumns(ids);
      this.panel?.update();
      this.grid.draw();
      const isDefault = ids.join("\n") === this.defaultColumns.join("\n");
      this.writeView({ cols: isDefault ? null : columnChoice.toAddress(ids, (text) => this.keepColumns(text)) });
    }

    get keptColumns() {
      return `cols:${this.experiment}`;
    }

    keepColumns(text) {
      reporter.store(this.keptColumns, text);
      reporter.announce("Too many columns for a link: this browser keeps them");
    }

    /** The columns that the address asks for. */
    wishedColumns() {
      const ids = columnChoice.fromAddress(reporter.view.get("cols"), () => reporter.stored(this.keptColumns));
      if (ids === null) reporter.announce("The columns of this link are kept in the browser that made it");
      return ids || this.defaultColumns;
    }

    /* Selection */

    selectionChanged() {
      this.grid.drawSelection();
      for (const part of this.parts) part.drawn?.();
      const { size } = this.selection;
      const isKept = size > 0 && size <= MAX_IN_ADDRESS;
      this.writeView({ sel: isKept ? Array.from(this.selection.rows(), (row) => this.idOf(row)) : null });
    }

    /** A box was clicked, or Space pressed: on a heading it is about all its runs. */
    toggle(line, isRange) {
      const rows = this.rowsOf(line);
      if (line < this.columns.n && rows.length === 1) return this.bar.toggle(line, isRange);
      this.selection.putAll(rows, this.selection.stateOf(rows) !== true);
      return this.bar.changed();
    }

    /** @param {string[]} ids  or the beginnings of ids */
    selectIds(ids) {
      const rows = [];
      for (let row = 0; ids.length && row < this.columns.n; row++) {
        const id = this.idOf(row);
        if (ids.some((wanted) => wanted && id.startsWith(wanted))) rows.push(row);
      }
      this.selection.replace(rows);
      this.grid.drawSelection();
    }

    click(event) {
      const sorter = event.target.closest("th button");
      if (sorter) return this.sortByClick(sorter.closest("th").dataset.column, event.shiftKey);
      const row = this.grid.rowOf(event.target);
      if (row >= 0 && event.target.matches("[data-role=fold]")) this.ask("fold", row);
      else if (row >= 0 && event.target.matches("input")) this.toggle(row, event.shiftKey);
      else if (row >= 0 && !event.target.closest("a")) this.focusCell(event.target);
    }

    focusCell(target) {
      if (getSelection().isCollapsed) this.keys.go(this.grid.placeOf(target));
    }

    /* Taking away */

    shownColumns() {
      return [this.columns.get(reporter.NAME), ...this.grid.columns];
    }

    selectedAsText() {
      return takeAway.toTsv(this.shownColumns(), this.bar.ordered());
    }

    copySelected() {
      reporter.copy(this.selectedAsText()).then((isCopied) => this.sayCopied(isCopied));
    }

    sayCopied(isCopied) {
      const { size } = this.selection;
      reporter.announce(isCopied ? `${size} ${size === 1 ? "row" : "rows"} copied` : "The browser did not allow copying");
    }

    /** Ctrl+C: selected rows, else the cell in focus; text marked with the mouse is left alone. */
    copy(event) {
      if (!getSelection().isCollapsed) return;
      const { active, row } = this.keys;
      if (!this.selection.size && row < 0) return;
      const column = this.shownColumns()[active.column];
      const cell = () => this.ask("cell", column, row)?.text ?? takeAway.plainValue(column, row);
      event.clipboardData.setData("text/plain", this.selection.size ? this.selectedAsText() : cell());
      event.preventDefault();
      if (this.selection.size) this.sayCopied(true);
    }

    download() {
      const id = this.columns.get("attributes.run_id");
      const columns = this.pass("exported", [id, ...this.shownColumns().filter((column) => column !== id)]);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([takeAway.toCsv(columns, this.pass("lifted", this.rows.shown))], { type: "text/csv" }));
      link.download = `runs-${this.experiment.replace("*", "all")}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }

    /** On paper the search field is missing: which rows these are is said in words. */
    sayPrinted() {
      const { shown } = this.rows;
      const parts = [`${reporter.format.count(shown.length)} of ${reporter.format.count(this.columns.n)} runs`];
      if (this.search.text) parts.push(`filter: ${this.search.text}`);
      if (shown.length > this.grid.range.end) parts.push(`the first ${reporter.format.count(this.grid.range.end)} are printed`);
      this.role("printed").textContent = parts.join(" · ");
    }

    /* Address */

    writeView(changes) {
      this.isWriting = true;
      reporter.view.set(changes);
      this.isWriting = false;
    }

    /** @param {string[]} [names]  what changed; all of it in the beginning */
    readView(names = ["q", "sort", "cols", "sel"]) {
      if (this.isWriting) return;
      const view = reporter.view;
      const has = (name) => names.includes(name);
      if (has("sort")) this.sortBy(view.get("sort") ? sort.parseSort(view.get("sort")) : this.defaultSort);
      if (has("q")) this.search.set(view.get("q") || "");
      if (has("cols")) this.showColumns(this.wishedColumns());
      if (has("sel")) this.selectIds(view.get("sel") || []);
      for (const part of this.parts) part.readView?.(names);
      if (has("sort") || has("q")) this.rowsChanged();
      else this.draw();
      this.panel?.update();
    }
  }

  /** Settled by the table of the page; without one it never is. */
  reporter.tables = {};
  reporter.tables.begun = new Promise((resolve) => (reporter.tables.begin = resolve));

  const element = document.querySelector("[data-role=runs-table]");
  if (element) {
    const table = new RunsTable(element);
    table.load().catch((error) => {
      table.failed(error);
      if (!(error instanceof reporter.DataFileError)) throw error;
    });
  }
})((globalThis.reporter = globalThis.reporter || {}));
