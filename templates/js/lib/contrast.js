/**
 * Two groups of runs against each other: by how much they differ, and how sure that is.
 *
 * The twin of reporter/statistics/two_groups.py, which asks scipy; formulas and sources are in
 * docs/statistics.md, and tests/shared/comparison_cases.json holds all of it to scipy's numbers.
 *
 * @typedef {object} Contrast  what cannot be known is NaN
 * @property {number} n
 * @property {number} nBase
 * @property {number} mean
 * @property {number} meanBase
 * @property {number} difference  mean less the baseline's
 * @property {number} low  95 % percentile bootstrap interval of the difference
 * @property {number} high
 * @property {number} t  Welch's
 * @property {number} degrees
 * @property {number} p
 * @property {number} u  Mann and Whitney's: pairs in which the group's value is the larger, ties by half
 * @property {number} uP
 * @property {number} d  Cohen's
 * @property {number} g  Hedges'
 * @property {number} delta  Cliff's
 * @property {number} improvement  probability that a run is better than one of the baseline
 * @property {number} improvementLow
 * @property {number} improvementHigh
 * @property {number} draws
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./draws.js");
    require("./bootstrap.js");
    require("./statistics.js");
  }
  const { draws, bootstrap, statistics } = reporter;

  const SIGNIFICANCE = 0.05;
  const LEAST_RUNS = 3;
  const ENOUGH_RUNS = 10;

  /** Of the smaller side, up to which U is not approximated; scipy's own limit. */
  const EXACT_RUNS = 8;

  /* Welch */

  function welch(a, b) {
    if (Math.min(a.n, b.n) < 2 || !(a.max > a.min || b.max > b.min)) return { t: NaN, degrees: NaN, p: NaN };
    const shares = [a, b].map(({ std, n }) => std ** 2 / n);
    const total = shares[0] + shares[1];
    const t = (b.mean - a.mean) / Math.sqrt(total);
    const degrees = total ** 2 / (shares[0] ** 2 / (a.n - 1) + shares[1] ** 2 / (b.n - 1));
    return { t, degrees, p: statistics.beyondT(t, degrees) };
  }

  /* Mann and Whitney */

  /** How many of the orders of m and n values have each U: the coefficients of a Gaussian binomial. */
  function countOrders(m, n) {
    const counts = Array(m * n + 1).fill(0n);
    counts[0] = 1n;
    for (let k = 1; k <= m; k++) {
      for (let i = counts.length - 1; i >= n + k; i--) counts[i] -= counts[i - n - k];
      for (let i = k; i < counts.length; i++) counts[i] += counts[i - k];
    }
    return counts;
  }

  function exactP(u, m, n) {
    const counts = countOrders(Math.min(m, n), Math.max(m, n));
    const largest = Math.max(u, m * n - u);
    const all = counts.reduce((sum, count) => sum + count);
    const beyond = counts.slice(largest).reduce((sum, count) => sum + count);
    return Math.min(1, 2 * (Number(beyond) / Number(all)));
  }

  /** Normal approximation, corrected for ties and continuity. @param {number[]} ties  sizes of groups of equal values */
  function approximateP(u, m, n, ties) {
    const all = m + n;
    const tied = ties.reduce((sum, t) => sum + t ** 3 - t, 0);
    const deviation = Math.sqrt(((m * n) / 12) * (all + 1 - tied / (all * (all - 1))));
    const z = (Math.max(u, m * n - u) - (m * n) / 2 - 0.5) / deviation;
    return Math.min(1, statistics.erfc(z / Math.SQRT2));
  }

  /** Distinct values of both, ascending, with how often each stands in `a` and in `b`. */
  function ranked(a, b) {
    const values = Float64Array.from([...new Set([...a, ...b])]).sort();
    const place = new Map(Array.from(values, (value, i) => [value, i]));
    const placesOf = (own) => Uint32Array.from(own, (value) => place.get(value));
    return { size: values.length, a: placesOf(a), b: placesOf(b) };
  }

  function countInto(counts, places) {
    counts.fill(0);
    for (let i = 0; i < places.length; i++) counts[places[i]]++;
  }

  /** Pairs in which `b` is larger, ties by half, from how often each rank stands in either. */
  function pairsWon(ofA, ofB) {
    let below = 0;
    let won = 0;
    for (let i = 0; i < ofA.length; i++) {
      won += ofB[i] * (below + ofA[i] / 2);
      below += ofA[i];
    }
    return won;
  }

  function mannWhitney(a, b) {
    if (!a.length || !b.length) return { u: NaN, p: NaN };
    const ranks = ranked(a, b);
    const [ofA, ofB] = [new Float64Array(ranks.size), new Float64Array(ranks.size)];
    countInto(ofA, ranks.a);
    countInto(ofB, ranks.b);
    const u = pairsWon(ofA, ofB);
    if (ranks.size === 1) return { u, p: 1 };
    const hasTies = ranks.size < a.length + b.length;
    if (!hasTies && Math.min(a.length, b.length) <= EXACT_RUNS) return { u, p: exactP(u, a.length, b.length) };
    return { u, p: approximateP(u, a.length, b.length, Array.from(ofA, (count, i) => count + ofB[i])) };
  }

  /* Sizes of effects */

  function effects(a, b) {
    const degrees = a.n + b.n - 2;
    if (Math.min(a.n, b.n) < 2) return { d: NaN, g: NaN };
    const squares = a.std ** 2 * (a.n - 1) + b.std ** 2 * (b.n - 1);
    if (!squares) return { d: NaN, g: NaN };
    const d = (b.mean - a.mean) / Math.sqrt(squares / degrees);
    const half = degrees / 2;
    const shrink = Math.exp(statistics.logGamma(half) - statistics.logGamma(half - 0.5)) / Math.sqrt(half);
    return { d, g: d * shrink };
  }

  /* Intervals */

  const NO_INTERVAL = [NaN, NaN];

  /** Draw from both sides and keep one figure of each draw. */
  function interval(a, b, { count, seed }, figure) {
    if (Math.min(a.length, b.length) < 2) return NO_INTERVAL;
    const found = new Float64Array(draws.drawsFor(a.length + b.length, count));
    bootstrap.eachDraw([a, b], found.length, seed, (drawn, draw) => (found[draw] = figure(drawn.subarray(0, a.length), drawn.subarray(a.length))));
    return bootstrap.ends(found);
  }

  const meanInterval = (a, b, how) => interval(a, b, how, (fromA, fromB) => bootstrap.meanOf(fromB) - bootstrap.meanOf(fromA));

  function shareInterval(a, b, how) {
    const ranks = ranked(a, b);
    const [ofA, ofB] = [new Float64Array(ranks.size), new Float64Array(ranks.size)];
    return interval(Float64Array.from(ranks.a), Float64Array.from(ranks.b), how, (fromA, fromB) => {
      countInto(ofA, fromA);
      countInto(ofB, fromB);
      return pairsWon(ofA, ofB) / (fromA.length * fromB.length);
    });
  }

  /**
   * Hold a group against a baseline.
   *
   * @param {ArrayLike<number>} base  one value a run; what is not finite is left out
   * @param {ArrayLike<number>} values
   * @param {"min"|"max"|""} [direction]
   * @returns {Contrast}
   */
  function contrast(base, values, direction = "", { count = draws.DRAWS, seed = draws.SEED } = {}) {
    const [a, b] = [bootstrap.finite(base), bootstrap.finite(values)];
    const [inA, inB] = [statistics.describe(a), statistics.describe(b)];
    const how = { count, seed };
    const [low, high] = meanInterval(a, b, how);
    const { u, p: uP } = mannWhitney(a, b);
    const share = u / (a.length * b.length);
    const [shareLow, shareHigh] = shareInterval(a, b, how);
    const [improvement, improvementLow, improvementHigh] = direction === "min" ? [1 - share, 1 - shareHigh, 1 - shareLow] : [share, shareLow, shareHigh];
    return {
      n: b.length, nBase: a.length, mean: inB.mean, meanBase: inA.mean, difference: inB.mean - inA.mean, low, high,
      ...welch(inA, inB), u, uP, ...effects(inA, inB), delta: 2 * share - 1, improvement, improvementLow, improvementHigh,
      draws: draws.drawsFor(a.length + b.length, count),
    };
  }

  /**
   * What may be claimed of two groups, and no more: a table asks it of every cell.
   *
   * @returns {ReturnType<typeof claim>}
   */
  function judge(base, values, direction = "", { count = draws.DRAWS, seed = draws.SEED } = {}) {
    const [a, b] = [bootstrap.finite(base), bootstrap.finite(values)];
    const [inA, inB] = [statistics.describe(a), statistics.describe(b)];
    const { p } = welch(inA, inB);
    const found = { n: b.length, nBase: a.length, difference: inB.mean - inA.mean, p, low: NaN, high: NaN };
    if (Math.min(a.length, b.length) < LEAST_RUNS || Number.isNaN(p)) return claim(found, direction);
    const [low, high] = meanInterval(a, b, { count, seed });
    return claim({ ...found, low, high }, direction);
  }

  /**
   * What may be claimed: both the interval and Welch's test must say so.
   *
   * @param {Contrast} found
   * @param {"min"|"max"|""} [direction]
   * @param {number} [p]  of Welch's test where it was adjusted for several comparisons
   * @returns {"few"|"constant"|"open"|"unclear"|"better"|"worse"|"other"}
   */
  function claim(found, direction = "", p = found.p) {
    if (Math.min(found.n, found.nBase) < LEAST_RUNS) return "few";
    if (Number.isNaN(found.p)) return "constant";
    const isOutside = found.low > 0 || found.high < 0;
    if (isOutside !== p < SIGNIFICANCE) return "unclear";
    if (!isOutside) return "open";
    if (!direction) return "other";
    return found.difference < 0 === (direction === "min") ? "better" : "worse";
  }

  /** Holm's adjustment for several comparisons. NaN does not count. @param {number[]} ps */
  function holm(ps) {
    const order = ps.map((p, i) => [p, i]).filter(([p]) => !Number.isNaN(p)).sort((x, y) => x[0] - y[0]);
    const adjusted = ps.map(() => NaN);
    let largest = 0;
    order.forEach(([p, i], place) => {
      largest = Math.max(largest, Math.min(1, (order.length - place) * p));
      adjusted[i] = largest;
    });
    return adjusted;
  }

  reporter.contrast = { contrast, judge, claim, holm, LEAST_RUNS, ENOUGH_RUNS };
  if (typeof module === "object") module.exports = reporter.contrast;
})((globalThis.reporter = globalThis.reporter || {}));
