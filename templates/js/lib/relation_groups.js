/**
 * Runs put into groups by the values of one column, and how a number scatters within each.
 *
 * @typedef {object} Group
 * @property {string} label
 * @property {number[]} places  of its runs among the rows that a field was read for
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./fields.js");
    require("./format.js");
  }

  /** More groups than this are not read side by side. */
  const MOST_GROUPS = 12;

  /** Numbers with more different values are put into this many spans of equal width. */
  const SPANS = 8;

  const FENCE = 1.5;

  const short = (value) => reporter.format.number(Number(value.toPrecision(3)));

  const endOf = (field, value) => (field.kind === "time" ? reporter.format.time(value) : short(value));

  /** The edges of spans of equal width, of equal ratio on a logarithmic scale. */
  function edges([low, high], isLog, count) {
    const [from, to] = isLog ? [Math.log(low), Math.log(high)] : [low, high];
    return Array.from({ length: count + 1 }, (_, i) => {
      if (i === 0) return low;
      if (i === count) return high;
      const at = from + ((to - from) * i) / count;
      return isLog ? Math.exp(at) : at;
    });
  }

  function spans(field) {
    const bounds = edges(reporter.fields.extent(field.numbers), field.isLog, SPANS);
    const groups = Array.from({ length: SPANS }, (_, i) => ({ label: `${endOf(field, bounds[i])} – ${endOf(field, bounds[i + 1])}`, places: [] }));
    field.numbers.forEach((value, place) => {
      if (Number.isNaN(value)) return;
      let span = 0;
      while (span < SPANS - 1 && value >= bounds[span + 1]) span++;
      groups[span].places.push(place);
    });
    return groups.filter(({ places }) => places.length);
  }

  function byValue(field) {
    const found = new Map();
    field.numbers.forEach((value, place) => {
      if (Number.isNaN(value)) return;
      if (!found.has(value)) found.set(value, []);
      found.get(value).push(place);
    });
    return [...found].sort(([a], [b]) => a - b);
  }

  const labelOf = (field, value) => (field.kind === "category" ? field.categories[value] || '""' : field.kind === "time" ? reporter.format.time(value) : String(value));

  /** The groups with most runs, in their own order. */
  function largest(groups, most) {
    const chosen = new Set([...groups].sort((a, b) => b.places.length - a.places.length).slice(0, most));
    return groups.filter((group) => chosen.has(group));
  }

  /**
   * @param {import("./fields.js").Field} field
   * @param {number} [most]
   * @returns {{groups: Group[], isSpans: boolean, left: number}}  `left`: groups that are not among them
   */
  function groupsOf(field, most = MOST_GROUPS) {
    const values = byValue(field);
    const isSpans = field.kind !== "category" && values.length > most;
    const groups = isSpans ? spans(field) : values.map(([value, places]) => ({ label: labelOf(field, value), places }));
    const shown = largest(groups, most);
    return { groups: shown, isSpans, left: groups.length - shown.length };
  }

  /** A quantile of ascending numbers, between two of them in proportion (type 7, as numpy's default). */
  function quantile(sorted, share) {
    const at = (sorted.length - 1) * share;
    const below = Math.floor(at);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
  }

  /**
   * @param {number[]} values  finite, at least one
   * @returns {{low: number, q1: number, median: number, q3: number, high: number, n: number}}  `low` and
   *   `high` are the furthest values within 1.5 box lengths (Tukey)
   */
  function boxOf(values) {
    const sorted = Float64Array.from(values).sort();
    const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
    const reach = FENCE * (q3 - q1);
    const low = sorted.find((value) => value >= q1 - reach);
    const high = sorted.findLast((value) => value <= q3 + reach);
    return { low, q1, median, q3, high, n: sorted.length };
  }

  reporter.relationGroups = { MOST_GROUPS, groupsOf, boxOf, quantile };
  if (typeof module === "object") module.exports = reporter.relationGroups;
})((globalThis.reporter = globalThis.reporter || {}));
