/**
 * Which runs the table shows and in which order, and what they are as text to take away.
 *
 * Everything is kept as row numbers (run ordinals). The order of all rows is found once per sort, so
 * that a keystroke in the filter only walks along it.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./sort.js");
    require("./format.js");
    require("./quantity.js");
  }
  const { rankColumn, sortRows } = reporter.sort;

  /** The rows of one table, filtered and sorted. */
  class Rows {
    /** @param {import("./columns.js").Columns} columns */
    constructor(columns) {
      this.columns = columns;
      this.ranks = new Map();
      /** @type {import("./sort.js").SortKey[]} */
      this.keys = [];
      /** @type {(row: number) => boolean} */
      this.predicate = null;
      this.order = new Uint32Array(0);
      /** Rows shown, in order. @type {Uint32Array} */
      this.shown = this.order;
    }

    ranksOf(id) {
      const column = this.columns.get(id);
      if (column && !this.ranks.has(id)) this.ranks.set(id, rankColumn(column));
      return this.ranks.get(id);
    }

    /** @param {import("./sort.js").SortKey[]} keys */
    sort(keys) {
      this.keys = keys;
      this.order = sortRows(Uint32Array.from({ length: this.columns.n }, (_, row) => row), keys, (id) => this.ranksOf(id));
      this.filter(this.predicate);
    }

    /** @param {((row: number) => boolean) | null} predicate  null shows all */
    filter(predicate) {
      this.predicate = predicate;
      this.shown = predicate ? this.order.filter(predicate) : this.order;
    }

    /** Where a row stands among those shown, or -1. */
    placeOf(row) {
      return this.shown.indexOf(row);
    }
  }

  /** What a value is in an export: exact, plain, and readable by pandas and spreadsheets. */
  function plainValue(column, row) {
    if (!column.has(row)) return "";
    if (column.isText || column.kind === "id") return column.text(row);
    const number = column.number(row);
    if (column.kind === "time") return reporter.format.timeExact(number);
    if (!Number.isFinite(number)) return Number.isNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf";
    return String(number);
  }

  const heading = (column) => (column.kind === "duration" ? `${column.id}_ms` : column.id);

  /** A logged text must not run as a formula in a spreadsheet; numbers keep their sign. */
  function defused(text) {
    return /^[=+\-@\t\r]/.test(text) && reporter.quantity.readNumber(text) === null ? `'${text}` : text;
  }

  function csvField(text) {
    const safe = defused(text);
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  }

  const tsvField = (text) => defused(text).replace(/[\t\r\n]+/g, " ");

  function table(columns, rows, field, separator) {
    const lines = [columns.map((column) => field(heading(column))).join(separator)];
    for (const row of rows) lines.push(columns.map((column) => field(plainValue(column, row))).join(separator));
    return lines;
  }

  /**
   * @param {import("./columns.js").Column[]} columns
   * @param {Iterable<number>} rows
   * @returns {string}  RFC 4180
   */
  function toCsv(columns, rows) {
    return `${table(columns, rows, csvField, ",").join("\r\n")}\r\n`;
  }

  /**
   * @param {import("./columns.js").Column[]} columns
   * @param {Iterable<number>} rows
   * @returns {string}  what a spreadsheet takes from the clipboard
   */
  function toTsv(columns, rows) {
    return table(columns, rows, tsvField, "\t").join("\n");
  }

  reporter.rows = { Rows, plainValue, csvField, tsvField, toCsv, toTsv };
  if (typeof module === "object") module.exports = reporter.rows;
})((globalThis.reporter = globalThis.reporter || {}));
