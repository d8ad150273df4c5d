/**
 * Runs that stay at the top, and the one that all others are measured by: a part of runs_table.js.
 *
 * In the address: `pin` lists runs, `base` is the baseline. Both stay in sight whatever the filter
 * says. Beside each metric of a run stands how far it is from the baseline's, coloured by whether
 * that is better.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { comparison, delta, format } = reporter;
  const { make } = reporter.elements;

  const ID_DIGITS = 8;

  /** "+4,459 %" says nothing that the difference does not. */
  const MAX_TIMES = 10;

  /** Rows whose differences are measured for the width of their slot. */
  const MEASURED = 200;

  class Pins {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      /** In the order in which they were pinned. @type {Set<number>} */
      this.pinned = new Set();
      this.base = -1;
      this.slots = new Map();
      this.decimals = new WeakMap();
      table.pins = this;
      reporter.onKey?.("p", () => this.onFocused((row) => this.togglePin(row)));
      reporter.onKey?.("b", () => this.onFocused((row) => this.toggleBase(row)));
    }

    onFocused(act) {
      const { keys, columns } = this.table;
      if (keys.holdsFocus && keys.row >= 0 && keys.row < columns.n) act(keys.row);
    }

    /* Choosing */

    togglePin(row) {
      const isPinned = !this.pinned.delete(row);
      if (isPinned) this.pinned.add(row);
      reporter.announce(`${this.table.nameOf(row)} ${isPinned ? "pinned to the top" : "no longer pinned"}`);
      this.changed();
    }

    toggleBase(row) {
      this.base = this.base === row ? -1 : row;
      reporter.announce(this.base < 0 ? "No baseline" : `${this.table.nameOf(row)} is the baseline`);
      this.measureAnew();
      this.changed();
    }

    changed() {
      const short = (row) => this.table.idOf(row).slice(0, ID_DIGITS);
      const pin = Array.from(this.pinned, short);
      this.table.writeView({ pin: pin.length ? pin : null, base: this.base < 0 ? null : short(this.base) });
      this.table.grid.forget();
      this.table.draw();
      this.onChange?.();
    }

    measureAnew() {
      this.slots.clear();
      this.table.widths.known.clear();
      this.table.showColumns(this.table.shownIds);
    }

    readView(names = ["pin", "base"]) {
      if (!names.includes("pin") && !names.includes("base")) return;
      const base = reporter.view.get("base") || "";
      const pin = reporter.view.get("pin") || [];
      const found = new Map();
      for (let row = 0; (base || pin.length) && row < this.table.columns.n; row++) {
        const id = this.table.idOf(row);
        for (const wanted of [base, ...pin]) if (wanted && id.startsWith(wanted)) found.set(wanted, row);
      }
      this.pinned = new Set(pin.map((id) => found.get(id)).filter((row) => row !== undefined));
      this.base = found.get(base) ?? -1;
      this.measureAnew();
      this.table.grid.forget();
    }

    /* Lines */

    /** Baseline first, then the pinned runs; a tree keeps its branches whole. */
    get top() {
      const top = [...this.pinned].filter((row) => row !== this.base);
      return this.base < 0 ? top : [this.base, ...top];
    }

    isOnTop(line) {
      return this.isApplied && (line === this.base || this.pinned.has(line));
    }

    arrange(lines) {
      this.isApplied = (this.base >= 0 || this.pinned.size > 0) && reporter.view.get("group") !== reporter.Grouping.TREE;
      if (!this.isApplied) return lines;
      const rest = lines.filter((line) => line !== this.base && !this.pinned.has(line));
      return Uint32Array.from([...this.top, ...rest]);
    }

    /** They stay in sight while the others scroll. */
    stuck() {
      return this.isApplied ? this.top.length : 0;
    }

    mark(drawn, line) {
      const text = line === this.base ? "baseline" : this.pinned.has(line) ? "pinned" : "";
      const parts = drawn.cells[0].firstChild;
      const badge = parts.querySelector("[data-role=badge]");
      drawn.classList.toggle("on-top", text !== "" && this.isOnTop(line));
      drawn.classList.toggle("base", line === this.base);
      if (!text) return badge?.remove();
      if (!badge) return parts.append(make("span.chip.small", { "data-role": "badge", textContent: text }));
      badge.textContent = text;
      return undefined;
    }

    aside() {
      const hidden = this.isApplied && this.table.rows.predicate ? this.top.filter((row) => !this.table.rows.predicate(row)).length : 0;
      return hidden ? `${hidden} pinned beside them` : "";
    }

    /* Taking away */

    /** Runs that stay at the top come first in files too. @param {Uint32Array} rows */
    lifted(rows) {
      if (!this.isApplied) return rows;
      return Uint32Array.from([...this.top, ...rows.filter((row) => !this.isOnTop(row))]);
    }

    /** Differences are columns of their own there. */
    exported(columns) {
      return this.base < 0 ? columns : delta.withDeltas(columns, this.base);
    }

    /* Differences */

    isMeasured(column) {
      return this.base >= 0 && column.kind === "number" && column.group === "Metrics";
    }

    cell(column, line) {
      if (line >= this.table.columns.n || !this.isMeasured(column)) return undefined;
      return this.beside(column, line, this.table.cell(column, line));
    }

    /** @returns {import("../lib/cells.js").Cell}  with the difference in the slot beside it */
    beside(column, line, cell) {
      if (!this.isMeasured(column)) return cell;
      return { ...cell, aside: { ...this.difference(column, line), width: this.slot(column) } };
    }

    /** How many digits wide the slot of a column is. */
    slot(column) {
      if (!this.isMeasured(column)) return undefined;
      if (!this.slots.has(column)) this.slots.set(column, this.slotOf(column));
      return this.slots.get(column);
    }

    difference(column, row) {
      const nothing = { text: "", mark: "d" };
      if (row === this.base || !column.has(row)) return nothing;
      const how = { decimals: this.decimalsOf(column), unit: column.unit, direction: column.direction };
      const [value, base] = [column.number(row), column.number(this.base)];
      const { delta: text, percent, verdict } = comparison.change(value, base, how);
      const isTold = Math.abs(value - base) < MAX_TIMES * Math.abs(base);
      return { text: [text, isTold && percent].filter(Boolean).join("  "), mark: `d ${verdict}`.trim() };
    }

    slotOf(column) {
      const rows = this.table.rows.order.subarray(0, MEASURED);
      return rows.reduce((most, row) => Math.max(most, this.difference(column, row).text.length), 0);
    }

    decimalsOf(column) {
      if (!this.decimals.has(column)) {
        const logged = column.missing === null ? column.values : column.values.filter((_, entry) => column.hasEntry(entry));
        this.decimals.set(column, format.columnDecimals(logged));
      }
      return this.decimals.get(column);
    }
  }

  reporter.tables.begun.then((table) => table.join(new Pins(table)));
})((globalThis.reporter = globalThis.reporter || {}));
