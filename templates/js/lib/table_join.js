/**
 * The same table of several runs, row beside row: which columns say what a row is about, and what each
 * run has there.
 *
 * Pure. It knows sheets (data_table.js) and nothing of runs: a table is one run's.
 *
 * @typedef {object} JoinedRow
 * @property {string[]} key  values of the columns that rows are matched by; the row's number without any
 * @property {(number[]|undefined)[]} rows  of each table, the rows with this key
 * @property {[number, number]} first  a table and a row of it that has this key
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./data_table.js");
  const { textOf, numberOf, isMissing } = reporter.dataTable;

  /** Names that what a model said usually goes by. */
  const OUTPUT = /output|predict|response|answer|completion|generat|score|prob/i;

  const SEPARATOR = "\u0001";

  /** Names of columns that all tables have, in the order of the first. */
  function sharedColumns(sheets) {
    const [first, ...others] = sheets;
    if (!first) return [];
    const names = first.columns.map(({ name }) => name);
    return names.filter((name, place) => names.indexOf(name) === place && others.every((sheet) => sheet.place(name) >= 0));
  }

  const textsOf = (sheet, name) => sheet.cells[sheet.place(name)].map(textOf);

  /** Whether two columns say the same: row by row, or, where every value is another, in any order. */
  function isSame(a, b) {
    if (a.length !== b.length) return false;
    if (a.every((text, row) => text === b[row])) return true;
    const known = new Set(a);
    return known.size === a.length && new Set(b).size === b.length && b.every((text) => known.has(text));
  }

  /**
   * Columns that say the same in every table: inputs and what was expected.
   * @param {reporter.dataTable.Sheet[]} sheets
   * @returns {string[]}
   */
  function inputs(sheets) {
    if (sheets.length < 2) return sharedColumns(sheets).slice(0, 1);
    return sharedColumns(sheets).filter((name) => {
      const [first, ...others] = sheets.map((sheet) => textsOf(sheet, name));
      return others.every((texts) => isSame(first, texts));
    });
  }

  /**
   * What to match rows by and what to compare, when nobody has said.
   * @param {reporter.dataTable.Sheet[]} sheets
   * @returns {{by: string[], show: string}}
   */
  function suggest(sheets) {
    const names = sharedColumns(sheets);
    const by = inputs(sheets);
    const rest = names.filter((name) => !by.includes(name));
    if (!rest.length) {
      const show = names.find((name) => OUTPUT.test(name)) || names.at(-1) || "";
      return { by: by.filter((name) => name !== show), show };
    }
    return { by, show: rest.find((name) => OUTPUT.test(name)) || rest[0] };
  }

  /**
   * @param {reporter.dataTable.Sheet[]} sheets
   * @param {string[]} by  names of columns; rows are matched by their number without any
   * @returns {JoinedRow[]}  in the order in which they are met
   */
  function join(sheets, by) {
    const found = new Map();
    sheets.forEach((sheet, table) => {
      const places = by.map((name) => sheet.place(name));
      for (let row = 0; row < sheet.n; row++) {
        const key = by.length ? places.map((place) => (place < 0 ? "" : textOf(sheet.cells[place][row]))) : [String(row + 1)];
        const id = key.join(SEPARATOR);
        if (!found.has(id)) found.set(id, { key, rows: Array(sheets.length), first: [table, row] });
        const entry = found.get(id);
        (entry.rows[table] ||= []).push(row);
      }
    });
    return [...found.values()];
  }

  /** The text that a table has in a joined row; undefined where it has none. */
  function shownText(sheets, joined, table, show) {
    const row = joined.rows[table]?.[0];
    const place = sheets[table].place(show);
    return row === undefined || place < 0 ? undefined : textOf(sheets[table].cells[place][row]);
  }

  /** Whether the tables say different things in a row. */
  function differs(sheets, joined, show) {
    const texts = new Set(sheets.map((_, table) => shownText(sheets, joined, table, show)));
    return texts.size > 1;
  }

  /**
   * Mean of what a table shows; null for what is no number.
   * @returns {number|null}
   */
  function mean(sheet, show) {
    const place = sheet.place(show);
    if (place < 0) return null;
    const { numeric, type } = sheet.columns[place];
    if (!numeric && type !== "bool") return null;
    const values = sheet.cells[place].filter((cell) => !isMissing(cell)).map((cell) => (numeric ? numberOf(cell) : Number(String(cell).toLowerCase() === "true")));
    const known = values.filter((value) => !Number.isNaN(value));
    return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  }

  reporter.tableJoin = { sharedColumns, inputs, suggest, join, shownText, differs, mean };
  if (typeof module === "object") module.exports = reporter.tableJoin;
})((globalThis.reporter = globalThis.reporter || {}));
