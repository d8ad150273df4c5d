/**
 * Orders of the runs table: by several columns at once, stable, NaN, infinities and missing values
 * last in both directions.
 *
 * A column is ranked once: equal values share a rank, ranks are whole numbers, and what sorts last
 * has ranks beyond all others. After that any order by any columns is one counting sort a column,
 * which permutes the rows without calling a comparison. O(n log n) once a column, then O(n).
 *
 * @typedef {object} Ranks
 * @property {Uint32Array} ranks  one a row
 * @property {number} size  ranks below it are of ordinary values and reverse; the others stay last
 *
 * @typedef {{id: string, descending: boolean}} SortKey
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./arrays.js");
  const { lowerBound } = reporter.arrays;

  /** What sorts last, in this order: beyond the ordinary ranks. */
  const PLUS_INFINITY = 0;
  const MINUS_INFINITY = 1;
  const NOT_A_NUMBER = 2;
  const NOT_LOGGED = 3;
  const LAST_CLASSES = 4;

  function lastClass(value) {
    if (Number.isNaN(value)) return NOT_A_NUMBER;
    return value > 0 ? PLUS_INFINITY : MINUS_INFINITY;
  }

  /** Ranks of values that already ascend, as times do in the order of starting; null when they do not. */
  function rankAscending(values) {
    const ranks = new Uint32Array(values.length);
    let rank = -1;
    let before = -Infinity;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!(value >= before) || value === Infinity || value === -Infinity) return null;
      if (value > before) rank++;
      before = value;
      ranks[i] = rank;
    }
    return { ranks, size: rank + 1 };
  }

  /** @returns {Float64Array} the different finite values, ascending */
  function distinctFinite(values) {
    const sorted = new Float64Array(values).sort();
    let n = 0;
    for (let i = 0; i < sorted.length; i++) {
      const value = sorted[i];
      if (Number.isFinite(value) && (n === 0 || value !== sorted[n - 1])) sorted[n++] = value;
    }
    return sorted.subarray(0, n);
  }

  /**
   * Rank values: equal ones alike, non-finite ones last.
   *
   * @param {ArrayLike<number>} values
   * @returns {Ranks}
   */
  function rankNumbers(values) {
    return rankAscending(values) || rankAnyhow(values);
  }

  function rankAnyhow(values) {
    const distinct = distinctFinite(values);
    const size = distinct.length;
    const ranks = new Uint32Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      ranks[i] = Number.isFinite(value) ? lowerBound(distinct, value) : size + lastClass(value);
    }
    return { ranks, size };
  }

  const LENGTH_MARKS = "0123456789";

  /** A text that sorts by code unit as people sort: without case, "run-2" before "run-10". */
  function naturalKey(text) {
    const key = text.toLowerCase();
    return key.replace(/0*([0-9]+)/g, (_, digits) => LENGTH_MARKS[Math.min(digits.length, 9)] + digits);
  }

  /**
   * Rank texts as people sort: numbers by value before all others, then without case, digits by value.
   *
   * @param {string[]} texts
   * @param {ArrayLike<number> | null} [numbers]  what each text stands for, when all are numbers
   * @returns {Ranks}
   */
  function rankTexts(texts, numbers) {
    if (numbers) return rankNumbers(numbers);
    const keys = texts.map(naturalKey);
    const sorted = [...new Set(keys)].sort();
    const places = new Map(sorted.map((key, place) => [key, place]));
    return { ranks: Uint32Array.from(keys, (key) => places.get(key)), size: sorted.length };
  }

  /** Ranks of ids, which are random: their order by first eight digits is as good as any. */
  function rankIds(values, n) {
    const heads = new Float64Array(n);
    const bytes = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let i = 0; i < n; i++) heads[i] = bytes.getUint32(i * 16);
    return rankNumbers(heads);
  }

  /** What each code ranks; code 0 is what was not logged. */
  function ranksByCode(codes, ranks, notLogged) {
    const found = new Uint32Array(codes.length);
    for (let i = 0; i < codes.length; i++) found[i] = codes[i] ? ranks[codes[i] - 1] : notLogged;
    return found;
  }

  /** Ranks of a column's entries. */
  function rankEntries(column) {
    if (column.kind === "id") return rankIds(column.values, column.length);
    if (!column.isText) return rankNumbers(column.values);
    const { ranks, size } = rankTexts(column.dictionary, column.entryNumbers);
    return { ranks: ranksByCode(column.values, ranks, size + NOT_LOGGED), size };
  }

  /**
   * @param {import("./columns.js").Column} column
   * @returns {Ranks}
   */
  function rankColumn(column) {
    const { ranks: entries, size } = rankEntries(column);
    if (!column.isSparse && column.missing === null) return { ranks: entries, size };
    const ranks = new Uint32Array(column.n).fill(size + NOT_LOGGED);
    for (let entry = 0; entry < entries.length; entry++) {
      if (column.hasEntry(entry)) ranks[column.rowOf(entry)] = entries[entry];
    }
    return { ranks, size };
  }

  /**
   * Sort rows by ranks; rows of equal rank keep their order.
   *
   * @param {Uint32Array} order  rows
   * @param {Ranks} ranked
   * @param {boolean} descending
   * @returns {Uint32Array}
   */
  function sortByRanks(order, { ranks, size }, descending) {
    const place = descending ? (rank) => (rank < size ? size - 1 - rank : rank) : (rank) => rank;
    const starts = new Uint32Array(size + LAST_CLASSES + 1);
    for (let i = 0; i < order.length; i++) starts[place(ranks[order[i]]) + 1]++;
    for (let rank = 1; rank < starts.length; rank++) starts[rank] += starts[rank - 1];
    const sorted = new Uint32Array(order.length);
    for (let i = 0; i < order.length; i++) sorted[starts[place(ranks[order[i]])]++] = order[i];
    return sorted;
  }

  /**
   * Sort rows by several columns, the first one foremost. Columns that are not there (yet) are skipped.
   *
   * @param {Uint32Array} order  rows as they stand
   * @param {SortKey[]} keys
   * @param {(id: string) => Ranks | undefined} ranksOf
   * @returns {Uint32Array}
   */
  function sortRows(order, keys, ranksOf) {
    for (let i = keys.length - 1; i >= 0; i--) {
      const ranked = ranksOf(keys[i].id);
      if (ranked) order = sortByRanks(order, ranked, keys[i].descending);
    }
    return order;
  }

  /**
   * What a click on a column's header makes of the order.
   *
   * @param {SortKey[]} keys
   * @param {string} id
   * @param {boolean} adds  with Shift: the column joins the others; a third click takes it out
   * @param {boolean} [isDown]  the first click brings the largest to the top: where larger is better
   * @returns {SortKey[]}
   */
  function clickSort(keys, id, adds, isDown = false) {
    const at = keys.findIndex((key) => key.id === id);
    const next = { id, descending: at < 0 ? isDown : !keys[at].descending };
    if (!adds) return [next];
    if (at < 0) return [...keys, next];
    return keys.flatMap((key) => (key.id !== id ? [key] : key.descending !== isDown ? [] : [next]));
  }

  /**
   * An order as text: "-metrics.val_loss,params.lr".
   *
   * @param {SortKey[]} keys
   * @returns {string}
   */
  function printSort(keys) {
    const quote = (id) => id.replace(/[%,]/g, encodeURIComponent);
    return keys.map(({ id, descending }) => (descending ? "-" : "") + quote(id)).join(",");
  }

  /**
   * @param {string} text
   * @returns {SortKey[]}
   */
  function parseSort(text) {
    const unquote = (id) => id.replace(/%2C/g, ",").replace(/%25/g, "%");
    return text
      .split(",")
      .filter(Boolean)
      .map((part) => ({ id: unquote(part.replace(/^-/, "")), descending: part.startsWith("-") }));
  }

  reporter.sort = { rankNumbers, rankTexts, rankColumn, sortByRanks, sortRows, clickSort, printSort, parseSort };
  if (typeof module === "object") module.exports = reporter.sort;
})((globalThis.reporter = globalThis.reporter || {}));
