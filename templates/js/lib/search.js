/**
 * Free text looked for in every column of the runs table.
 *
 * What counts as a find is defined in filter.js; this file finds the same faster, because it walks
 * over stored entries instead of asking each row: every distinct text is tested once, digits become
 * an interval of numbers, and a column that few runs have costs those runs alone.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./arrays.js");
    require("./quantity.js");
  }
  const { arrays, quantity } = reporter;

  const ID_BYTES = 16;

  /** An interval of numbers, the upper end not included. @typedef {[number, number]} Span */

  /**
   * @param {string} word
   * @returns {Span | null}  of the numbers that begin with these digits: "0.12" gives 0.12 to 0.13
   */
  function digitsSpan(word) {
    if (!/^[0-9]+(\.[0-9]+)?$/.test(word)) return null;
    const low = Number(word);
    return [low, low + 10 ** -(word.split(".")[1] ?? "").length];
  }

  /** Mark the rows whose text contains the word; each distinct text is tested once. */
  function markTexts(column, word, found) {
    const { dictionary, values } = column;
    const passes = new Uint8Array(dictionary.length + 1);
    for (let i = 0; i < dictionary.length; i++) passes[i + 1] = dictionary[i].toLowerCase().includes(word) ? 1 : 0;
    if (!passes.includes(1)) return;
    for (let entry = 0; entry < values.length; entry++) {
      if (passes[values[entry]]) found[column.rowOf(entry)] = 1;
    }
  }

  /** Mark the rows whose number, without its sign, lies in the span. */
  function markSizes(column, [low, high], found) {
    const { values } = column;
    for (let entry = 0; entry < values.length; entry++) {
      const size = Math.abs(values[entry]);
      if (size >= low && size < high && column.hasEntry(entry)) found[column.rowOf(entry)] = 1;
    }
  }

  function markTimes(column, [low, high], found) {
    const { values } = column;
    for (let entry = 0; entry < values.length; entry++) {
      const time = values[entry];
      if (time >= low && time < high && column.hasEntry(entry)) found[column.rowOf(entry)] = 1;
    }
  }

  /** Mark the rows whose id begins with these hex digits. */
  function markIds(column, word, found) {
    const { values } = column;
    const length = Math.ceil(word.length / 2);
    const first = parseInt(word.slice(0, 2), 16);
    for (let entry = 0; entry < column.length; entry++) {
      const start = entry * ID_BYTES;
      if (values[start] !== first) continue;
      if (arrays.hex(values, start, length).startsWith(word)) found[column.rowOf(entry)] = 1;
    }
  }

  /** How each kind of column is searched for a word; null when it cannot hold it. */
  function markers(word) {
    const digits = digitsSpan(word);
    const times = quantity.readTime(word);
    const isId = /^[0-9a-f]{4,32}$/.test(word);
    const texts = (column, found) => markTexts(column, word, found);
    return {
      text: texts,
      status: texts,
      number: digits && ((column, found) => markSizes(column, digits, found)),
      time: times && ((column, found) => markTimes(column, times, found)),
      duration: null,
      id: isId ? (column, found) => markIds(column, word, found) : null,
    };
  }

  /**
   * @param {import("./columns.js").Columns} columns
   * @param {string} text  looked for without case, anywhere in a text, at the start of numbers and ids
   * @returns {(row: number) => boolean}
   */
  function contains(columns, text) {
    const found = new Uint8Array(columns.n);
    const mark = markers(text.toLowerCase());
    for (const column of columns.searched()) mark[column.kind]?.(column, found);
    return (row) => found[row] === 1;
  }

  reporter.search = { contains, digitsSpan };
  if (typeof module === "object") module.exports = reporter.search;
})((globalThis.reporter = globalThis.reporter || {}));
