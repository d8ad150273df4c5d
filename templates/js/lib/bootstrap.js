/**
 * Percentile intervals by bootstrap: of a mean, of an interquartile mean, of a performance profile.
 *
 * The twin of reporter/statistics/intervals.py and profiles.py; what they compute is written down in
 * docs/statistics.md. Values that are not finite are left out. Several tasks are strata: runs are
 * drawn within each.
 *
 * @typedef {object} Estimate
 * @property {number} value  NaN without values
 * @property {number} low  NaN below two values
 * @property {number} high
 * @property {number} n  finite values
 * @property {number} [draws]
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./draws.js");
  const { draws } = reporter;

  const CONFIDENCE = 0.95;
  const TAIL = (1 - CONFIDENCE) / 2;
  const TRIMMED = 0.25;

  /** Of a band: it is seen, not read off. */
  const PROFILE_DRAWS = 2000;

  /** Ascending: in whatever order values come, the draws are the same. */
  const finite = (values) => Float64Array.from(values).filter(Number.isFinite).sort();

  const bothEnds = (share) => [share, 1 - share];

  /** Of ascending numbers, by interpolation between neighbours. */
  function quantile(sorted, share) {
    const at = share * (sorted.length - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
  }

  /** The ends of the interval over what was drawn, which is sorted in place. */
  function ends(drawn) {
    drawn.sort();
    return bothEnds(TAIL).map((share) => quantile(drawn, share));
  }

  function meanOf(values) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i];
    return sum / values.length;
  }

  /** The mean of the middle half; of fewer than four values, of all. Sorts in place. */
  function trimmedOf(values) {
    const cut = Math.floor(TRIMMED * values.length);
    return meanOf(values.sort().subarray(cut, values.length - cut));
  }

  /**
   * Draw from each group in turn into one array, and hand it over: once for every draw.
   *
   * @param {Float64Array[]} strata
   * @param {number} count
   * @param {number} seed
   * @param {(drawn: Float64Array, draw: number) => void} take
   */
  function eachDraw(strata, count, seed, take) {
    const drawn = new Float64Array(strata.reduce((n, values) => n + values.length, 0));
    const next = strata.map((values, i) => draws.places(draws.stream(seed, i), values.length));
    for (let draw = 0; draw < count; draw++) {
      let at = 0;
      for (let i = 0; i < strata.length; i++) for (let k = 0; k < strata[i].length; k++) drawn[at++] = strata[i][next[i]()];
      take(drawn, draw);
    }
  }

  const joined = (strata) => Float64Array.from(strata.flatMap((values) => Array.from(values)));

  function estimate(groups, figure, { count, seed }) {
    const strata = groups.map(finite).filter(({ length }) => length);
    const n = strata.reduce((sum, { length }) => sum + length, 0);
    if (!n) return { value: NaN, low: NaN, high: NaN, n };
    const value = figure(joined(strata));
    if (n === 1) return { value, low: NaN, high: NaN, n };
    const found = new Float64Array(draws.drawsFor(n, count));
    eachDraw(strata, found.length, seed, (drawn, draw) => (found[draw] = figure(drawn)));
    const [low, high] = ends(found);
    return { value, low, high, n, draws: found.length };
  }

  /**
   * The mean.
   *
   * @param {ArrayLike<number>} values
   * @param {number} [count]  of draws
   * @returns {Estimate}
   */
  const mean = (values, count = draws.DRAWS, seed = draws.SEED) => estimate([values], meanOf, { count, seed });

  /**
   * The interquartile mean over all values of several tasks.
   *
   * @param {ArrayLike<number>[]} strata
   * @returns {Estimate}
   */
  const interquartileMean = (strata, count = draws.DRAWS, seed = draws.SEED) => estimate(strata, trimmedOf, { count, seed });

  /** The share of values above each score; scores ascend. */
  function sharesAbove(values, scores, into) {
    const sorted = values.sort();
    let below = 0;
    for (let i = 0; i < scores.length; i++) {
      while (below < sorted.length && sorted[below] <= scores[i]) below++;
      into[i] = 1 - below / sorted.length;
    }
    return into;
  }

  /**
   * Which share of runs is better than each score, with a pointwise band.
   *
   * @param {ArrayLike<number>[]} strata  at least one value is finite
   * @param {number[]} scores  ascending
   * @param {"min"|"max"} direction
   * @returns {{shares: number[], low: number[], high: number[], n: number}}
   */
  function profile(strata, scores, direction, count = PROFILE_DRAWS, seed = draws.SEED) {
    const sign = direction === "min" ? -1 : 1;
    const signed = strata.map((values) => finite(values).map((value) => sign * value)).filter(({ length }) => length);
    const n = signed.reduce((sum, { length }) => sum + length, 0);
    const ascending = Float64Array.from(scores, (score) => sign * score).sort();
    const drawn = Array.from(ascending, () => new Float64Array(draws.drawsFor(n, count)));
    const row = new Float64Array(ascending.length);
    eachDraw(signed, draws.drawsFor(n, count), seed, (values, draw) => {
      sharesAbove(values, ascending, row);
      for (let i = 0; i < row.length; i++) drawn[i][draw] = row[i];
    });
    const bands = drawn.map(ends);
    const found = {
      shares: Array.from(sharesAbove(joined(signed), ascending, new Float64Array(ascending.length))),
      low: bands.map(([low]) => low),
      high: bands.map(([, high]) => high),
    };
    if (sign < 0) for (const name of Object.keys(found)) found[name].reverse();
    return { ...found, n };
  }

  reporter.bootstrap = { mean, interquartileMean, profile, finite, ends, meanOf, eachDraw };
  if (typeof module === "object") module.exports = reporter.bootstrap;
})((globalThis.reporter = globalThis.reporter || {}));
