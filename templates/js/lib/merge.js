/**
 * The tables of several experiments as one: reporter.merge.tables([{name, n, columns}]).
 *
 * Rows stand in the order of the experiments, and within one in that of its runs. Columns are told
 * apart by their ids; what a column is called and which direction is better, the first experiment
 * that has it says. The builder's first rows follow the same rules (reporter/site/table/all_runs.py).
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./columns.js");

  const ID_BYTES = 16;
  const EXPERIMENT = "attributes.experiment";

  /**
   * @typedef {object} Table
   * @property {string} name  of the experiment
   * @property {number} n  runs
   * @property {import("./columns.js").ColumnPayload[]} columns
   */

  /** Where each table begins; the last is the number of all rows. */
  function offsetsOf(tables) {
    const offsets = [0];
    for (const { n } of tables) offsets.push(offsets.at(-1) + n);
    return offsets;
  }

  /** Parts of columns by id, in the order in which they are met. */
  function partsOf(tables, offsets) {
    const parts = new Map();
    tables.forEach(({ n, columns }, place) => {
      for (const payload of columns) {
        if (!parts.has(payload.id)) parts.set(payload.id, []);
        parts.get(payload.id).push({ column: new reporter.Column(payload, n), payload, from: offsets[place], n });
      }
    });
    return parts;
  }

  /** Every entry of the parts: its place in the whole, and where it stands in its part. */
  function eachEntry(parts, take) {
    for (const { column, from } of parts) {
      for (let entry = 0; entry < column.length; entry++) if (column.hasEntry(entry)) take(from + column.rowOf(entry), column, entry);
    }
  }

  function mergeTexts(parts, n) {
    const codes = new Uint32Array(n);
    const places = new Map();
    const found = new Map(parts.map(({ column }) => [column, column.dictionary.map((text) => places.get(text) ?? (places.set(text, places.size + 1), places.size))]));
    eachEntry(parts, (row, column, entry) => (codes[row] = found.get(column)[column.values[entry] - 1]));
    return { codes, dictionary: [...places.keys()], differs: places.size > 1 || (places.size > 0 && codes.includes(0)) };
  }

  function mergeNumbers(parts, n) {
    const values = new Float64Array(n);
    const missing = new Uint8Array(Math.ceil(n / 8)).fill(255);
    let logged = 0;
    let isOne = true;
    let first;
    eachEntry(parts, (row, column, entry) => {
      values[row] = column.values[entry];
      missing[row >> 3] &= ~(1 << (row & 7));
      if (logged++ === 0) first = values[row];
      isOne &&= Object.is(values[row], first);
    });
    return { values, missing: logged === n ? undefined : missing, differs: logged > 0 && (logged < n || !isOne) };
  }

  function mergeIds(parts, n) {
    const values = new Uint8Array(n * ID_BYTES);
    for (const { column, from } of parts) values.set(column.values, from * ID_BYTES);
    return { values, differs: true };
  }

  const MERGERS = { text: mergeTexts, status: mergeTexts, id: mergeIds, number: mergeNumbers, time: mergeNumbers, duration: mergeNumbers };

  function mergeColumn(parts, n) {
    const { id, kind, label, unit, direction, description } = parts[0].payload;
    const alike = parts.filter(({ payload }) => payload.kind === kind);
    return { id, kind, label, unit, direction, description, ...MERGERS[kind](alike, n) };
  }

  /** Which experiment each row is of. */
  function experimentColumn(tables, n) {
    const dictionary = [...new Set(tables.map(({ name }) => name))];
    const codes = new Uint32Array(n);
    let row = 0;
    for (const { name, n: count } of tables) codes.fill(dictionary.indexOf(name) + 1, row, (row += count));
    return { id: EXPERIMENT, kind: "text", label: "Experiment", codes, dictionary, differs: dictionary.length > 1 };
  }

  /**
   * @param {Table[]} tables
   * @returns {{n: number, columns: import("./columns.js").ColumnPayload[], ordinals: Uint32Array}}
   *   ordinals: each run's place in its experiment, which gives it its colour
   */
  function merge(tables) {
    const offsets = offsetsOf(tables);
    const n = offsets.at(-1);
    const ordinals = new Uint32Array(n);
    tables.forEach((table, place) => {
      for (let row = 0; row < table.n; row++) ordinals[offsets[place] + row] = row;
    });
    const columns = Array.from(partsOf(tables, offsets).values(), (parts) => mergeColumn(parts, n));
    return { n, columns: [experimentColumn(tables, n), ...columns], ordinals };
  }

  reporter.merge = { tables: merge };
  if (typeof module === "object") module.exports = reporter.merge;
})((globalThis.reporter = globalThis.reporter || {}));
