/**
 * Columns of the runs table as what charts take: numbers, times or categories of some rows, with what is
 * missing counted.
 *
 * @typedef {object} Field  a column, read for some rows
 * @property {string} id  of the column
 * @property {string} title  with its aggregate and unit
 * @property {"number"|"time"|"category"} kind
 * @property {Float64Array} numbers  of the rows; NaN where there is none, and of categories their places
 * @property {number} factor  what the column has is so many times these numbers: durations have a unit of their own
 * @property {string[]} categories  in order; empty unless they are categories
 * @property {number} missing  rows in which nothing was logged
 * @property {number} broken  rows that have NaN or an infinity
 * @property {boolean} isLog  whether a logarithmic scale shows more
 * @property {"min"|"max"|""} direction
 * @property {(row: number) => string} exact  the value of a row as it is taken away
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./columns.js");
    require("./rows.js");
  }

  /** A scale is logarithmic when values differ so much: params are often chosen so, metrics seldom. */
  const PARAM_SPAN = 100;
  const METRIC_SPAN = 1000;

  const DURATIONS = [
    ["h", 3600000, 2],
    ["min", 60000, 3],
    ["s", 1000, 1],
    ["ms", 1, 0],
  ];

  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "variant" });

  /** Whether all that was logged are numbers: a param is a text, and "0.1" is one. */
  const isNumber = (column) => column.kind === "number" || column.kind === "duration" || Boolean(column.isText && column.entryNumbers);

  /** @returns {"number"|"time"|"category"} */
  function kindOf(column) {
    if (column.kind === "time") return "time";
    return isNumber(column) ? "number" : "category";
  }

  /** The number of a row, whatever the column keeps it as; NaN where there is none. */
  function numberOf(column, row) {
    const entry = column.entryOf(row);
    if (entry < 0) return NaN;
    return column.isText ? column.entryNumbers[column.values[entry] - 1] : column.values[entry];
  }

  /** The unit in which the longest of some durations is read easily. */
  function durationUnit(numbers) {
    const longest = numbers.reduce((most, value) => (value > most ? value : most), 0);
    return DURATIONS.find(([, size, least]) => longest >= size * least) ?? DURATIONS[3];
  }

  function titleOf(column, unit) {
    const words = [column.label, column.word].filter(Boolean).join(" ");
    return unit ? `${words} (${unit})` : words;
  }

  /** Least and greatest of the finite numbers; null without any. */
  function extent(numbers) {
    let [least, greatest] = [Infinity, -Infinity];
    for (let i = 0; i < numbers.length; i++) {
      if (!Number.isFinite(numbers[i])) continue;
      if (numbers[i] < least) least = numbers[i];
      if (numbers[i] > greatest) greatest = numbers[i];
    }
    return least <= greatest ? [least, greatest] : null;
  }

  function spansDecades(numbers, group) {
    const ends = extent(numbers);
    if (!ends || ends[0] <= 0 || group === "Run") return false;
    return ends[1] / ends[0] >= (group === "Metrics" ? METRIC_SPAN : PARAM_SPAN);
  }

  function readNumbers(column, rows) {
    const found = { numbers: new Float64Array(rows.length), missing: 0, broken: 0 };
    for (let i = 0; i < rows.length; i++) {
      const value = numberOf(column, rows[i]);
      const isThere = column.has(rows[i]);
      if (!isThere) found.missing++;
      else if (!Number.isFinite(value)) found.broken++;
      found.numbers[i] = Number.isFinite(value) ? value : NaN;
    }
    return found;
  }

  function readCategories(column, rows) {
    const texts = Array.from(rows, (row) => (column.has(row) ? column.text(row) : null));
    const categories = [...new Set(texts.filter((text) => text !== null))].sort(collator.compare);
    const places = new Map(categories.map((text, place) => [text, place]));
    const numbers = Float64Array.from(texts, (text) => (text === null ? NaN : places.get(text)));
    return { numbers, categories, missing: texts.filter((text) => text === null).length, broken: 0 };
  }

  /**
   * @param {import("./columns.js").Column} column
   * @param {ArrayLike<number>} rows
   * @returns {Field}
   */
  function readField(column, rows) {
    const kind = kindOf(column);
    const read = kind === "category" ? readCategories(column, rows) : { categories: [], ...readNumbers(column, rows) };
    let { unit } = column;
    let factor = 1;
    if (column.kind === "duration") {
      const [name, size] = durationUnit(read.numbers);
      unit = name;
      factor = size;
      read.numbers = read.numbers.map((value) => value / size);
    }
    return {
      id: column.id,
      label: column.label,
      title: titleOf(column, unit),
      kind,
      direction: column.direction,
      factor,
      isLog: kind === "number" && spansDecades(read.numbers, column.group),
      exact: (row) => reporter.rows.plainValue(column, row),
      ...read,
    };
  }

  /** What a field counts as missing, in words. @returns {string[]} */
  function lacks({ label, missing, broken }) {
    const runs = (n) => `${reporter.format.count(n)} ${n === 1 ? "run" : "runs"}`;
    return [missing && `${runs(missing)} without ${label}`, broken && `${runs(broken)} with NaN ${label}`].filter(Boolean);
  }

  reporter.fields = { readField, kindOf, numberOf, extent, lacks, collator };
  if (typeof module === "object") module.exports = reporter.fields;
})((globalThis.reporter = globalThis.reporter || {}));
