/**
 * Runs that lie so far off the others that a scale which holds them shows nothing else.
 *
 * Whole runs, not points: a start that all lines share is no outlier, a run that diverged is.
 */
(function (reporter) {
  "use strict";

  /** So many times the range of most runs, a run is off. On a logarithmic scale, powers count. */
  const FAR = 20;
  const FAR_POWERS = 5;

  /** Fewer runs have no "most". */
  const LEAST_RUNS = 4;
  const MOST_SHARE = 0.75;

  /** The least and the greatest finite value of a line, as the scale measures them; null without any. */
  function rangeOf(y, measure) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < y.length; i++) {
      if (y[i] < low && y[i] > -Infinity) low = y[i];
      if (y[i] > high && y[i] < Infinity) high = y[i];
    }
    return low <= high ? { low: measure(low), high: measure(high) } : null;
  }

  /** The value below which most lie. */
  function most(numbers) {
    const sorted = [...numbers].sort((a, b) => a - b);
    return sorted[Math.floor(MOST_SHARE * (sorted.length - 1))];
  }

  /**
   * @param {ArrayLike<number>[]} lines  values of each run, as drawn
   * @param {boolean} isLog
   * @returns {{low: number, high: number, count: number} | null}
   *   the values that the other runs span, and how many runs leave them; null when none is far off
   */
  function findOutliers(lines, isLog) {
    const measure = isLog ? Math.log10 : (value) => value;
    const ranges = lines.map((y) => rangeOf(y, measure)).filter(Boolean);
    if (ranges.length < LEAST_RUNS) return null;
    const high = most(ranges.map((range) => range.high));
    const low = -most(ranges.map((range) => -range.low));
    const reach = (high - low) * (isLog ? FAR_POWERS : FAR);
    const isNear = (range) => range.high <= high + reach && range.low >= low - reach;
    const near = ranges.filter(isNear);
    if (near.length === ranges.length || !(reach > 0)) return null;
    const value = isLog ? (power) => 10 ** power : (same) => same;
    return {
      low: value(Math.min(...near.map((range) => range.low))),
      high: value(Math.max(...near.map((range) => range.high))),
      count: ranges.length - near.length,
    };
  }

  /** What the middle of all values is: so much of them lies off it on either side. */
  const TAIL = 0.025;

  /** More values than this are looked at by every so many. */
  const MOST_VALUES = 100000;

  /**
   * The ends of the middle 95 % of all values.
   *
   * @param {ArrayLike<number>[]} lines  values of each run, as drawn
   * @returns {{low: number, high: number, count: number, unit: string} | null}
   *   `count` of points that leave them; null when none does, or when nothing would be left of the scale
   */
  function findMiddle(lines) {
    const total = lines.reduce((n, y) => n + y.length, 0);
    const stride = Math.max(1, Math.ceil(total / MOST_VALUES));
    const values = [];
    for (const y of lines) for (let i = 0; i < y.length; i += stride) if (Number.isFinite(y[i])) values.push(y[i]);
    const sorted = Float64Array.from(values).sort();
    const [low, high] = [TAIL, 1 - TAIL].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
    let count = 0;
    for (const y of lines) for (let i = 0; i < y.length; i++) if (Number.isFinite(y[i]) && (y[i] < low || y[i] > high)) count += 1;
    return count && low < high ? { low, high, count, unit: "points" } : null;
  }

  Object.assign(reporter, { findOutliers, findMiddle });
  if (typeof module === "object") module.exports = { findOutliers, findMiddle };
})((globalThis.reporter = globalThis.reporter || {}));
