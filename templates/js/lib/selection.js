/**
 * Which runs are selected: one byte a run, so that 100,000 are as quick as three.
 *
 * Ranges follow the order in which rows are shown. This file knows no element.
 */
(function (reporter) {
  "use strict";

  class Selection {
    /** @param {number} n  rows of the table */
    constructor(n) {
      this.flags = new Uint8Array(n);
      this.size = 0;
      /** Row from which Shift extends; -1 before the first choice. */
      this.anchor = -1;
    }

    has(row) {
      return this.flags[row] === 1;
    }

    /** @param {Uint32Array} rows @returns {boolean | "mixed"}  all of them, none, or some */
    stateOf(rows) {
      const count = this.countIn(rows);
      return count > 0 && count < rows.length ? "mixed" : count > 0;
    }

    put(row, selected) {
      const flag = selected ? 1 : 0;
      this.size += flag - this.flags[row];
      this.flags[row] = flag;
    }

    /** A click on one row's box. */
    toggle(row) {
      this.put(row, !this.has(row));
      this.anchor = row;
    }

    /**
     * A click with Shift: every row from the anchor to this one becomes as the anchor is.
     *
     * @param {Uint32Array} shown  rows in the order seen
     * @param {number} row
     */
    extend(shown, row) {
      const from = shown.indexOf(this.anchor);
      const to = shown.indexOf(row);
      if (from < 0 || to < 0) return void this.toggle(row);
      const selected = this.has(this.anchor);
      for (let i = Math.min(from, to); i <= Math.max(from, to); i++) this.put(shown[i], selected);
    }

    /** @param {Iterable<number>} rows */
    putAll(rows, selected) {
      for (const row of rows) this.put(row, selected);
    }

    clear() {
      this.flags.fill(0);
      this.size = 0;
      this.anchor = -1;
    }

    /** @param {Iterable<number>} rows  the selection becomes these */
    replace(rows) {
      this.clear();
      this.putAll(rows, true);
    }

    /** @returns {Uint32Array} ascending */
    rows() {
      const rows = new Uint32Array(this.size);
      let at = 0;
      for (let row = 0; row < this.flags.length; row++) if (this.flags[row]) rows[at++] = row;
      return rows;
    }

    /** @returns {number} how many of these rows are selected */
    countIn(shown) {
      let count = 0;
      for (let i = 0; i < shown.length; i++) count += this.flags[shown[i]];
      return count;
    }
  }

  reporter.Selection = Selection;
  if (typeof module === "object") module.exports = { Selection };
})((globalThis.reporter = globalThis.reporter || {}));
