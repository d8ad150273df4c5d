/**
 * Which runs belong together: by equal values of some columns, or by everything but the seed.
 *
 * Groups are found once for all rows; filters and orders only walk along them. What counts as a
 * repetition is the rule of reporter/site/repeats.py; tests/shared/repetition_cases.json holds the
 * two together.
 *
 * @typedef {object} Partition
 * @property {Uint32Array} groupOf  the group of each row
 * @property {number} count
 * @property {Uint32Array} first  the first row of each group, by which it is known
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./sort.js");

  const WORDS = new Set(["seed", "seeds", "rng", "fold", "repeat", "repetition", "rep", "replicate", "replica"]);
  const WHOLE_NAMES = new Set(["random_state", "randomstate", "cv_split", "split_id", "trial_id"]);
  const NUMBER = /^(?:[+-]?\p{Nd}+|None)$/u;
  const DAY_MS = 86400000;

  /** Beyond so many entries, pairs are kept in a map instead of an array. */
  const MAX_TABLE = 1 << 22;

  /** Python's \d and lower() know more letters than ours; what differs does not occur in names of seeds. */
  function namesARepetition(key) {
    const last = key.split(/__|[./]/).at(-1).toLowerCase();
    return WHOLE_NAMES.has(last) || last.split(/[^a-z]+/).some((word) => WORDS.has(word));
  }

  /**
   * Whether a param only tells repetitions apart.
   *
   * @param {string} key  without its group
   * @param {string[]} values  that were logged
   * @returns {boolean}
   */
  const isRepetition = (key, values) => namesARepetition(key) && values.every((value) => NUMBER.test(value));

  /** Params that tell configurations apart, in their order. @param {import("./columns.js").Columns} columns */
  function configurationIds(columns) {
    const params = [...columns.byId.values()].filter(({ group }) => group === "Params");
    return params.filter((column) => !isRepetition(column.key, column.dictionary)).map(({ id }) => id);
  }

  /** One whole number a row, equal where values are: 0 for what was not logged. */
  function codesOf(column) {
    if (!column.isText) return column.kind === "time" ? daysOf(column) : ranksOf(column);
    const size = column.dictionary.length + 1;
    if (!column.isSparse) return { codes: column.values, size };
    const codes = new Uint32Array(column.n);
    for (let entry = 0; entry < column.length; entry++) codes[column.rowOf(entry)] = column.values[entry];
    return { codes, size };
  }

  function ranksOf(column) {
    const { ranks, size } = reporter.sort.rankColumn(column);
    const LAST_CLASSES = 4;
    return { codes: ranks, size: size + LAST_CLASSES };
  }

  /** Times fall together when they are of one day. */
  function daysOf(column) {
    const days = Float64Array.from({ length: column.n }, (_, row) => (column.has(row) ? Math.floor(column.number(row) / DAY_MS) : NaN));
    const { ranks, size } = reporter.sort.rankNumbers(days);
    return { codes: ranks, size: size + 4 };
  }

  /** Numbers for pairs, in the order in which they are met. */
  function numbering(most) {
    if (most > MAX_TABLE) {
      const map = new Map();
      return (pair) => {
        if (!map.has(pair)) map.set(pair, map.size);
        return map.get(pair);
      };
    }
    const table = new Int32Array(most).fill(-1);
    let count = 0;
    return (pair) => {
      if (table[pair] < 0) table[pair] = count++;
      return table[pair];
    };
  }

  /** Split each group by one more column. */
  function refine({ groupOf, count }, { codes, size }) {
    const next = new Uint32Array(groupOf.length);
    const number = numbering(count * size);
    let most = 0;
    for (let row = 0; row < next.length; row++) {
      next[row] = number(groupOf[row] * size + codes[row]);
      if (next[row] >= most) most = next[row] + 1;
    }
    return { groupOf: next, count: most };
  }

  /**
   * @param {import("./columns.js").Column[]} columns  rows that agree in all of them are one group
   * @param {number} n  rows of the table
   * @returns {Partition}
   */
  function partition(columns, n) {
    let found = { groupOf: new Uint32Array(n), count: n ? 1 : 0 };
    for (const column of columns) found = refine(found, codesOf(column));
    const first = new Uint32Array(found.count);
    for (let row = n - 1; row >= 0; row--) first[found.groupOf[row]] = row;
    return { ...found, first };
  }

  /**
   * Columns that name the groups: those in which groups differ, if that is enough without those that
   * only some groups logged at all.
   *
   * @param {import("./columns.js").Column[]} columns
   * @param {Partition} groups
   */
  function naming(columns, { first }) {
    const told = columns.map((column) => ({ column, codes: codesOf(column).codes }));
    const differing = told.filter(({ codes }) => first.some((row) => codes[row] !== codes[first[0]]));
    const logged = differing.filter(({ column, codes }) => new Set(Array.from(first.filter((row) => column.has(row)), (row) => codes[row])).size > 1);
    const tells = (some) => new Set(Array.from(first, (row) => some.map(({ codes }) => codes[row]).join())).size === first.length;
    const chosen = tells(logged) ? logged : differing;
    return (chosen.length ? chosen : told).map(({ column }) => column);
  }

  /**
   * The rows of each group, in the order given: `rows` from starts[group] to starts[group + 1].
   *
   * @param {Partition} groups
   * @param {Uint32Array} shown
   * @returns {{starts: Uint32Array, rows: Uint32Array}}
   */
  function members({ groupOf, count }, shown) {
    const starts = new Uint32Array(count + 1);
    for (let i = 0; i < shown.length; i++) starts[groupOf[shown[i]] + 1]++;
    for (let group = 0; group < count; group++) starts[group + 1] += starts[group];
    const next = starts.slice();
    const rows = new Uint32Array(shown.length);
    for (let i = 0; i < shown.length; i++) rows[next[groupOf[shown[i]]]++] = shown[i];
    return { starts, rows };
  }

  reporter.groups = { isRepetition, configurationIds, partition, naming, members };
  if (typeof module === "object") module.exports = reporter.groups;
})((globalThis.reporter = globalThis.reporter || {}));
