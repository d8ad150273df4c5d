/**
 * Groups of runs in the table, and parents over their children: a part of runs_table.js.
 *
 * In the address: `group` is a list of columns, "repeats" (everything but the seed) or "tree";
 * `agg` what the cells of groups show; `open` the groups that are unfolded, by the id of their first
 * run, or "*" for all.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { outline, groups, groupCells, format, sort } = reporter;

  const REPEATS = "repeats";
  const TREE = "tree";
  const ALL = "*";

  const ID_DIGITS = 8;
  const MAX_IN_ADDRESS = 200;

  /** Headings whose texts are measured. */
  const MEASURED = 60;

  /** Numbers and names make a group of every run. */
  const KINDS = new Set(["text", "status", "time"]);
  const NEVER = new Set([reporter.NAME, "attributes.parent", "attributes.note", "attributes.end_time"]);

  /** Whether groups by a column say something. @param {import("../lib/columns.js").Column} column */
  const canBeKey = ({ id, kind }) => KINDS.has(kind) && !NEVER.has(id);

  class Grouping {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.spec = "";
      this.shown = "std";
      this.opened = new Set();
      this.decimals = new WeakMap();
    }

    /* What is asked for */

    get isTree() {
      return this.spec === TREE;
    }

    /** Columns to group by; null while some of them are not here. */
    keys() {
      const { columns, isComplete } = this.table;
      if (this.spec === REPEATS) return isComplete ? groups.configurationIds(columns).map((id) => columns.get(id)) : null;
      const found = this.ids.map((id) => columns.get(id)).filter(Boolean);
      return found.length === this.ids.length || isComplete ? found : null;
    }

    /** Whether any two runs differ in their seed alone. Found once all columns are here. */
    get hasRepetitions() {
      const { columns, isComplete } = this.table;
      if (!isComplete) return true;
      this.repeats ??= groups.partition(groups.configurationIds(columns).map((id) => columns.get(id)), columns.n).count < columns.n;
      return this.repeats;
    }

    get ids() {
      return this.isTree || this.spec === REPEATS ? [] : sort.parseSort(this.spec).map(({ id }) => id);
    }

    /** Made once for a choice of columns. */
    makeOutline() {
      const { columns } = this.table;
      if (this.isTree) return new outline.TreeOutline(columns.n, outline.parentsOf(columns));
      const keys = this.keys();
      return keys && (keys.length || this.spec === REPEATS) ? new outline.GroupOutline(columns.n, keys) : null;
    }

    /** @param {{spec?: string, shown?: string}} wish */
    choose({ spec = this.spec, shown = this.shown }) {
      const isOther = spec !== this.spec;
      this.apply(spec, shown, isOther ? [] : this.openIds());
      this.write();
      this.table.rowsChanged();
      const { order } = this.outline || {};
      if (isOther && order) reporter.announce(`${format.count(order.length)} group${order.length === 1 ? "" : "s"}`);
    }

    /** @param {string} id @param {boolean} isKey  whether the groups are by this column too, or no longer */
    toggleKey(id, isKey) {
      const ids = this.ids.filter((one) => one !== id);
      if (isKey) ids.push(id);
      this.choose({ spec: sort.printSort(ids.map((one) => ({ id: one, descending: false }))) });
    }

    apply(spec, shown, open) {
      const isOther = spec !== this.spec || shown !== this.shown;
      this.spec = spec;
      this.shown = shown in groupCells.SHOWN ? shown : "std";
      this.outline = null;
      this.arranged = null;
      this.wanted = open;
      if (isOther) this.measureAnew();
      this.table.grid.forget();
    }

    /** The role says how wide names may be. */
    measureAnew() {
      this.table.element.setAttribute("role", this.spec ? "treegrid" : "grid");
      this.table.widths.limits = null;
      this.table.widths.known.clear();
      this.table.showColumns(this.table.shownIds);
    }

    /* Address */

    readView(names = ["group", "agg", "open"]) {
      if (!["group", "agg", "open"].some((name) => names.includes(name))) return;
      const { view } = reporter;
      this.apply(view.get("group") || "", view.get("agg") || "std", view.get("open") || []);
      this.onChange?.();
    }

    openIds() {
      if (this.wanted) return this.wanted;
      const known = this.outline ? this.outline.knownRows() : [];
      if (known.length && known.every((row) => this.opened.has(row))) return [ALL];
      return [...this.opened].slice(0, MAX_IN_ADDRESS).map((row) => this.table.idOf(row).slice(0, ID_DIGITS));
    }

    write() {
      const open = this.spec ? this.openIds() : [];
      this.table.writeView({ group: this.spec || null, agg: this.shown === "std" ? null : this.shown, open: open.length ? open : null });
      this.onChange?.();
    }

    /** Ids of the address become rows, once the outline is here. */
    readOpened() {
      const wanted = new Set(this.wanted);
      const known = this.outline.knownRows();
      this.opened = new Set(known.filter((row) => wanted.has(ALL) || (wanted.size && wanted.has(this.table.idOf(row).slice(0, ID_DIGITS)))));
      this.wanted = null;
    }

    /* Lines */

    arrange(lines) {
      if (!this.spec) return this.leave(lines);
      if (!this.outline) this.outlineMade();
      if (!this.outline) return this.leave(lines);
      if (this.arranged?.from === lines) return this.arranged.lines;
      this.table.element.setAttribute("role", "treegrid");
      this.best = new Map();
      this.slots = new Map();
      this.cells = new Map();
      this.table.grid.forget((line) => this.isTree || this.outline.isHeading(line));
      this.table.grid.redrawHead();
      const wish = { shown: lines, all: this.table.rows.order, opened: this.opened, order: (found) => this.orderGroups(found) };
      let arranged = this.outline.arrange(wish);
      if (this.wanted) {
        this.readOpened();
        arranged = this.outline.arrange({ ...wish, opened: this.opened });
      }
      this.arranged = { from: lines, lines: arranged };
      return arranged;
    }

    /** Columns may have come since the last attempt. */
    outlineMade() {
      this.outline = this.makeOutline();
      if (this.outline) this.measureAnew();
    }

    leave(lines) {
      this.table.element.setAttribute("role", "grid");
      this.arranged = null;
      return lines;
    }

    orderGroups(found) {
      const keys = this.table.rows.keys.map(({ id, descending }) => ({ column: this.table.columns.get(id), descending }));
      return this.outline.sorted(found, keys, (column, figures) =>
        groupCells.sortFigure(column, figures, this.shown, keys.find((key) => key.column === column).descending),
      );
    }

    sequence(rows) {
      return this.arranged ? this.outline.sequence() : rows;
    }

    /** Widths fit headings as well as runs. */
    measured(rows) {
      if (!this.arranged || this.isTree) return rows;
      return Uint32Array.from([...this.firstHeadings(), ...rows.subarray(0, 1000)]);
    }

    /** The headings whose texts are measured. */
    firstHeadings() {
      const { lines, headings } = this.arranged;
      if (headings) return headings;
      const found = [];
      for (let i = 0; i < lines.length && found.length < MEASURED; i++) if (this.isHeading(lines[i])) found.push(lines[i]);
      return (this.arranged.headings = found);
    }

    isHeading(line) {
      return Boolean(this.arranged) && this.outline.isHeading(line);
    }

    node(line) {
      if (!this.arranged) return undefined;
      const node = { ...this.outline.node(line), isHeading: this.isHeading(line) };
      return this.table.pins?.isOnTop(line) ? { ...node, level: 1 } : node;
    }

    rowsOf(line) {
      return this.isHeading(line) ? this.outline.node(line).rows : undefined;
    }

    run(line) {
      if (!this.isHeading(line)) return undefined;
      const { known, rows } = this.outline.node(line);
      const about = [this.outline.naming, known, this.table.cell];
      const names = { name: groupCells.groupName(...about), shortName: groupCells.shortName(...about, reporter.isNarrow() ? 0 : undefined) };
      return { id: "", ...names, href: "", state: "", ...reporter.chartIdentity.lookAt(line - this.table.columns.n), count: rows.length };
    }

    /* Cells */

    cell(column, line) {
      if (!this.arranged) return undefined;
      if (!this.isTree && this.isHeading(line)) return this.slotted(column, this.headingCell(column, line));
      if (!this.isTree) return this.runCell(column, line);
      return this.isTree && this.outline.children.has(line) ? this.parentCell(column, line) : undefined;
    }

    /** Of a run in a group: beside its numbers stands how far it is from the baseline. */
    runCell(column, line) {
      const cell = this.table.cell(column, line);
      return this.slotted(column, this.table.pins?.beside(column, line, cell) ?? cell);
    }

    /** Beside each number stands a slot as wide as the longest ±, so that numbers line up. */
    slotted(column, cell) {
      const width = this.slot(column);
      return width ? { ...cell, aside: { text: "", mark: "pm", ...cell.aside, width } } : cell;
    }

    /** How many digits wide it is; nothing is said where there is none. */
    slot(column) {
      if (!this.arranged || this.isTree || (column.kind !== "number" && column.kind !== "duration")) return undefined;
      if (!this.slots.has(column)) this.slots.set(column, this.slotOf(column));
      return this.slots.get(column);
    }

    slotOf(column) {
      const headings = this.firstHeadings();
      const least = this.table.pins?.isMeasured(column) ? this.table.pins.slotOf(column) : 0;
      return headings.reduce((most, line) => Math.max(most, this.headingCell(column, line).aside?.text.length ?? 0), least);
    }

    /** Made once: widths and slots ask for many that are drawn later. */
    headingCell(column, line) {
      if (!this.cells.has(column)) this.cells.set(column, new Map());
      const known = this.cells.get(column);
      if (!known.has(line)) known.set(line, this.makeHeadingCell(column, line));
      return known.get(line);
    }

    makeHeadingCell(column, line) {
      const { rows } = this.outline.node(line);
      const isFigure = (column.kind === "number" || column.kind === "duration") && rows.length > 1;
      if (isFigure) return this.figureCell(column, line, rows.length);
      if (rows.length === 1 || outline.agree(column, rows)) return this.table.cell(column, rows[0]);
      if (column.kind !== "time") return groupCells.differingCell(column, rows, this.table.cell);
      return { ...groupCells.differingCell(column, rows, this.table.cell), text: this.table.cell(column, rows[0]).text, mark: "" };
    }

    /** A parent shows what it logged itself; what it did not, its children say. */
    parentCell(column, line) {
      if (column.kind !== "number") return undefined;
      const own = this.table.cell(column, line);
      const size = this.outline.node(line).rows.length;
      const below = this.figureCell(column, line, size);
      if (!column.has(line)) return { ...below, mark: below.mark || "below", exact: below.exact && `children: ${below.exact}` };
      return { ...own, exact: [own.exact, below.exact && `children: ${below.exact}`].filter(Boolean).join(" · ") };
    }

    figureCell(column, line, size) {
      const figures = this.outline.figuresOf(column, line);
      const cell = groupCells.figureCell(column, figures, { shown: this.shown, decimals: this.decimalsOf(column), size });
      return !cell.mark && !this.isTree && this.isBest(column, figures) ? { ...cell, mark: "best" } : cell;
    }

    /** The digits of the column's runs. */
    decimalsOf(column) {
      if (!this.decimals.has(column)) {
        const { values, missing } = column;
        const logged = missing === null ? values : values.filter((_, entry) => column.hasEntry(entry));
        this.decimals.set(column, format.columnDecimals(logged));
      }
      return this.decimals.get(column);
    }

    isBest(column, figures) {
      if (!column.direction) return false;
      if (!this.best.has(column)) this.best.set(column, this.findBest(column));
      return this.figureOf(column, figures) === this.best.get(column);
    }

    figureOf(column, figures) {
      return groupCells.sortFigure(column, figures, this.shown, column.direction === "max");
    }

    findBest(column) {
      const sign = column.direction === "min" ? -1 : 1;
      let best = NaN;
      for (const group of this.outline.order) {
        const found = this.figureOf(column, this.outline.figuresOf(column, this.outline.n + group));
        if (Number.isFinite(found) && !(found * sign <= best * sign)) best = found;
      }
      return best;
    }

    /* Folding */

    /** @param {boolean} [isOpen]  the other way when not said @returns {true | undefined}  whether there was something to do */
    fold(line, isOpen) {
      const node = this.node(line);
      if (!node) return undefined;
      if (node.isOpen === null || node.isOpen === isOpen) return isOpen === false ? this.goOut(line) : undefined;
      if (node.isOpen) this.opened.delete(node.known);
      else this.opened.add(node.known);
      this.refold();
      return true;
    }

    /** Back on something folded: to the heading above it. */
    goOut(line) {
      const outer = this.outline.outer(line);
      const place = outer < 0 ? -1 : this.table.lines.indexOf(outer);
      if (place < 0) return undefined;
      this.table.keys.go({ place, column: 0 });
      return true;
    }

    foldAll(isOpen) {
      this.opened = new Set(isOpen && this.outline ? this.outline.knownRows() : []);
      this.refold();
    }

    refold() {
      this.arranged = null;
      this.table.draw();
      this.write();
    }

    open(line) {
      return this.isHeading(line) ? this.fold(line) : undefined;
    }

    aside() {
      if (!this.arranged || this.isTree) return "";
      const { length } = this.outline.order;
      return `${format.count(length)} group${length === 1 ? "" : "s"}`;
    }
  }

  Object.assign(Grouping, { REPEATS, TREE, canBeKey });
  reporter.Grouping = Grouping;
})((globalThis.reporter = globalThis.reporter || {}));
