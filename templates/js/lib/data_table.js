/**
 * The rows of a logged table: their order, which of them fit what was typed, how they read.
 *
 * Pure. A sheet is what a data file of reporter/renderers/table_data.py holds, or what a page shows
 * of a small table: cells column by column, each a text, a number, a boolean, null, or a picture
 * ({src, full}). Python decides what is missing and what is a number; this file follows it.
 *
 * @typedef {object} DataColumn
 * @property {string} name
 * @property {string} type
 * @property {boolean} numeric
 * @property {object} [summary]
 *
 * @typedef {object} SheetPayload
 * @property {DataColumn[]} columns
 * @property {any[][]} cells
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./arrays.js");
    require("./rows.js");
  }
  const { format } = reporter;

  const MISSING_WORDS = new Set(["", "NA", "N/A", "n/a", "null", "NULL", "None"]);
  const INFINITE = /^([+-]?)inf(?:inity)?$/i;
  const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const isMissing = (cell) => cell === null || cell === undefined || (typeof cell === "string" && MISSING_WORDS.has(cell));
  const isPicture = (cell) => typeof cell === "object" && cell !== null;
  const isFraction = ({ numeric, type }) => numeric && !/^u?int/.test(type);

  /** The number in a cell; NaN for what is none. */
  function numberOf(cell) {
    if (typeof cell !== "string") return typeof cell === "number" ? cell : NaN;
    const infinite = INFINITE.exec(cell.trim());
    if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
    return cell.trim() === "" ? NaN : Number(cell);
  }

  const textOf = (cell) => (isPicture(cell) ? cell.src : isMissing(cell) && cell !== "None" && cell !== "NA" ? "" : String(cell));

  class Sheet {
    /** @param {SheetPayload} payload */
    constructor({ columns, cells }) {
      this.columns = columns;
      this.cells = cells;
      this.n = cells.length ? cells[0].length : 0;
      this.decimalsOf = new Map();
    }

    /** Place of a column by its name; -1 when there is none. */
    place(name) {
      return this.columns.findIndex((column) => column.name === name);
    }

    /** Digits after the point that tell the values of a column apart; null for what is not rounded. */
    decimals(column) {
      if (!isFraction(this.columns[column])) return null;
      if (!this.decimalsOf.has(column)) {
        const values = this.cells[column].map((cell) => (isMissing(cell) ? null : numberOf(cell)));
        this.decimalsOf.set(column, format.columnDecimals(values));
      }
      return this.decimalsOf.get(column);
    }

    /** What stands in a cell, and its exact form where that is another. */
    read(column, row) {
      const cell = this.cells[column][row];
      if (isPicture(cell)) return { picture: cell, text: "", exact: "" };
      if (cell === null || cell === undefined || cell === "") return { text: "–", exact: "", isMissing: true };
      const exact = String(cell);
      const decimals = this.decimals(column);
      const text = decimals === null || isMissing(cell) ? exact : format.number(numberOf(cell), decimals);
      return { text, exact: text === exact ? "" : exact };
    }

    /** Whole rows as one lower-case text each, made when somebody searches. */
    get haystack() {
      this.rowTexts ??= Array.from({ length: this.n }, (_, row) => this.cells.map((cells) => textOf(cells[row])).join("\n").toLowerCase());
      return this.rowTexts;
    }
  }

  /* Search: words that a row holds, and conditions on columns: "cat", "label:cat", "score>=0.5" */

  const TOKEN = /"([^"]*)"|(\S+)/g;
  const CONDITION = /^(.+?)(>=|<=|!=|=|:|>|<)(.*)$/;

  const HOLDS = {
    ":": (text, wanted) => text.toLowerCase().includes(wanted.toLowerCase()),
    "=": (text, wanted) => text === wanted,
    "!=": (text, wanted) => text !== wanted,
  };
  const COMPARES = {
    "=": (a, b) => a === b,
    "!=": (a, b) => a !== b,
    ">": (a, b) => a > b,
    "<": (a, b) => a < b,
    ">=": (a, b) => a >= b,
    "<=": (a, b) => a <= b,
  };

  /** A condition on a column of this name; null for a word that names none. */
  function conditionOf(sheet, token) {
    const found = CONDITION.exec(token);
    if (!found) return null;
    const [, name, sign, wanted] = found;
    const column = sheet.columns.findIndex((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (column < 0) return null;
    const cells = sheet.cells[column];
    const number = numberOf(wanted);
    if (sign in COMPARES && !Number.isNaN(number)) {
      return (row) => !isMissing(cells[row]) && COMPARES[sign](numberOf(cells[row]), number);
    }
    return sign in HOLDS ? (row) => HOLDS[sign](textOf(cells[row]), wanted) : null;
  }

  function testOf(sheet, token) {
    const wanted = token.toLowerCase();
    return conditionOf(sheet, token) || ((row) => sheet.haystack[row].includes(wanted));
  }

  /**
   * Rows that fit what was typed, in their order.
   * @param {Sheet} sheet
   * @param {string} typed
   * @returns {number[]}
   */
  function search(sheet, typed) {
    const tests = [...typed.matchAll(TOKEN)].map(([, quoted, plain]) => testOf(sheet, quoted ?? plain));
    const rows = [];
    for (let row = 0; row < sheet.n; row++) if (tests.every((test) => test(row))) rows.push(row);
    return rows;
  }

  /**
   * Rows in the order of a column; what is missing, and NaN, stands last in both directions.
   * @param {Sheet} sheet
   * @param {number[]} rows
   * @param {number} column
   * @param {boolean} descending
   * @returns {number[]}
   */
  function order(sheet, rows, column, descending) {
    const { numeric } = sheet.columns[column];
    const cells = sheet.cells[column];
    const keys = cells.map((cell) => (numeric ? numberOf(cell) : textOf(cell)));
    const isLast = (row) => isMissing(cells[row]) || (numeric && Number.isNaN(keys[row]));
    const compare = numeric ? (a, b) => keys[a] - keys[b] || 0 : (a, b) => COLLATOR.compare(keys[a], keys[b]);
    const sign = descending ? -1 : 1;
    const known = rows.filter((row) => !isLast(row)).sort((a, b) => sign * compare(a, b) || a - b);
    return [...known, ...rows.filter(isLast)];
  }

  /**
   * Rows as CSV, with what a spreadsheet would take for a formula defused.
   * @param {Sheet} sheet
   * @param {number[]} rows
   * @returns {string}
   */
  function toCsv(sheet, rows) {
    const { csvField } = reporter.rows;
    const lines = [sheet.columns.map(({ name }) => csvField(name))];
    for (const row of rows) lines.push(sheet.cells.map((cells) => csvField(cells[row] === null ? "" : textOf(cells[row]))));
    return `${lines.map((fields) => fields.join(",")).join("\r\n")}\r\n`;
  }

  reporter.dataTable = { Sheet, toCsv, search, order, isMissing, numberOf, textOf };
  if (typeof module === "object") module.exports = reporter.dataTable;
})((globalThis.reporter = globalThis.reporter || {}));
