/**
 * How lines are told apart: colour, dash and plot by what a column of the table says of their runs.
 *
 * Texts take the colours of runs in the order in which they first occur in the table, whatever a
 * filter hides, and the ninth takes the first colour again with another dash; numbers take shades
 * from small to large, and where they are few each its own. What was not logged is grey. Looks are {color, dash}: color 1 to 8 of the
 * palette, 9 to 15 a shade, 16 grey. This file knows no element and no address.
 *
 * @typedef {object} Scale
 * @property {boolean} isShaded  by size
 * @property {boolean} isListed  every value has a look of its own
 * @property {(row: number) => number} placeOf  among `entries`; -1 where nothing was logged
 * @property {{row: number, value: number}[]} entries  each value once: a run that has it, and the number
 *   that it says. Shaded: ascending
 * @property {(row: number) => number} shadeOf  0 to 1
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./groups.js");
    require("./outline.js");
  }
  const { groups, outline } = reporter;

  const COLORS = 8;
  /** Pixels drawn and left out, of lines that have no colour of their own left. */
  const DASHES = [[], [6, 3], [2, 2]];
  const SHADES = 7;
  const NONE = 16;

  /** Beyond so many powers of ten a linear scale would give most numbers one shade. */
  const WIDE = 100;

  /** The look of the first, second, … of several: of runs, groups and texts alike. */
  const lookAt = (place) => ({ color: (place % COLORS) + 1, dash: Math.floor(place / COLORS) % DASHES.length });

  /** What a column says of a run as a number; of a time too. */
  const numberAt = (column, row) => (column.has(row) ? outline.numberOf(column, row) : NaN);

  const isNumber = (column) => column.isNumeric || column.kind === "time";

  /** Each value once, with the first run that has it. */
  function distinct(column) {
    const { groupOf, first, count } = groups.partition([column], column.n);
    const placeOfGroup = new Int32Array(count).fill(-1);
    const entries = [];
    for (let group = 0; group < count; group++) {
      const row = first[group];
      if (!column.has(row)) continue;
      placeOfGroup[group] = entries.length;
      entries.push({ row, value: numberAt(column, row) });
    }
    return { entries, placeOf: (row) => placeOfGroup[groupOf[row]] };
  }

  /** From a number to its share of the range; by powers where the range is wide. */
  function shading(entries) {
    const numbers = entries.map(({ value }) => value).filter(Number.isFinite);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const measure = low > 0 && high / low >= WIDE ? Math.log : (number) => number;
    const [from, to] = [measure(low), measure(high)];
    return (number) => (to > from || !Number.isFinite(number) ? (measure(number) - from) / (to - from) : 0.5);
  }

  /**
   * @param {import("./columns.js").Column} column
   * @returns {Scale}
   */
  function scaleOf(column) {
    const { entries, placeOf } = distinct(column);
    const isShaded = isNumber(column);
    if (!isShaded) return { isShaded, isListed: true, entries, placeOf, shadeOf: () => NaN };
    const sorted = [...entries].sort((a, b) => a.value - b.value || a.row - b.row);
    const places = new Map(sorted.map(({ row }, place) => [placeOf(row), place]));
    const placeOfRow = (row) => places.get(placeOf(row)) ?? -1;
    const isListed = sorted.length > 1 && sorted.length <= SHADES && sorted.every(({ value }) => Number.isFinite(value));
    const share = shading(entries);
    const shadeOf = isListed ? (row) => (placeOfRow(row) < 0 ? NaN : placeOfRow(row) / (sorted.length - 1)) : (row) => share(numberAt(column, row));
    return { isShaded, isListed, entries: sorted, placeOf: placeOfRow, shadeOf };
  }

  /** The colour of a run, and the dash that goes with it where colours repeat. @param {Scale} scale */
  function colorOf(scale, row) {
    if (scale.isShaded) {
      const share = scale.shadeOf(row);
      return { color: Number.isFinite(share) ? COLORS + 1 + Math.min(SHADES - 1, Math.floor(share * SHADES)) : NONE, dash: 0 };
    }
    const place = scale.placeOf(row);
    return place < 0 ? { color: NONE, dash: 0 } : lookAt(place);
  }

  /** @param {Scale} scale @returns {number} 0 to 2; what was not logged is drawn through */
  const dashOf = (scale, row) => Math.max(0, scale.placeOf(row)) % DASHES.length;

  /**
   * Which lines a chart keeps: the best ones, in the order they came in.
   *
   * @param {{y: ArrayLike<number>}[]} lines
   * @param {number} most
   * @param {"min"|"max"|""} direction  "": the first ones
   */
  function best(lines, most, direction) {
    if (lines.length <= most) return lines;
    if (!direction) return lines.slice(0, most);
    const sign = direction === "min" ? 1 : -1;
    const ranked = lines.map((line, place) => ({ line, place, best: bestOf(line.y, sign) }));
    ranked.sort((a, b) => (a.best === b.best ? a.place - b.place : a.best - b.best));
    return ranked
      .slice(0, most)
      .sort((a, b) => a.place - b.place)
      .map(({ line }) => line);
  }

  /** The least of the values times `sign`; infinite without any. */
  function bestOf(y, sign) {
    let found = Infinity;
    for (let i = 0; i < y.length; i++) if (Number.isFinite(y[i]) && y[i] * sign < found) found = y[i] * sign;
    return found;
  }

  reporter.chartIdentity = { scaleOf, colorOf, dashOf, lookAt, best, DASHES, SHADES, NONE };
  if (typeof module === "object") module.exports = reporter.chartIdentity;
})((globalThis.reporter = globalThis.reporter || {}));
