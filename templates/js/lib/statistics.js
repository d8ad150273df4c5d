/**
 * What several runs of one configuration say together: mean, sample deviation, confidence, extremes.
 *
 * The confidence interval is Student's: mean ± t(n − 1) · std / √n, which is right for few values
 * that scatter like a bell curve, and the usual one for repetitions. tests/shared/statistics_cases.json
 * holds all of it against scipy. Values that are not finite are counted and left out of the rest.
 *
 * @typedef {object} Statistics
 * @property {number} n  finite values
 * @property {number} left  values that are NaN or infinite
 * @property {number} mean  NaN without values
 * @property {number} std  of a sample (n − 1); NaN below two values
 * @property {number} ci  half the width of the interval; NaN below two values
 * @property {number} min
 * @property {number} max
 */
(function (reporter) {
  "use strict";

  const CONFIDENCE = 0.95;

  /** Lanczos' approximation with g = 7: fifteen digits for positive arguments (Godfrey's coefficients). */
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];

  function logGamma(x) {
    const base = x + 6.5;
    const series = LANCZOS.reduce((sum, term, k) => (k ? sum + term / (x - 1 + k) : term));
    return (x - 0.5) * Math.log(base) - base + Math.log(Math.sqrt(2 * Math.PI) * series);
  }

  const FRACTION_STEPS = 400;
  const TINY = 1e-300;
  const CLOSE = 1e-16;

  /** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz' method. */
  function betaFraction(x, a, b) {
    let c = 1;
    let d = 1 / (1 - ((a + b) * x) / (a + 1) || TINY);
    let value = d;
    const step = (term) => {
      d = 1 / (1 + term * d || TINY);
      c = 1 + term / c || TINY;
      value *= c * d;
      return Math.abs(c * d - 1) > CLOSE;
    };
    for (let m = 1; m < FRACTION_STEPS; m++) {
      step((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
      if (!step((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)))) break;
    }
    return value;
  }

  /** The regularised incomplete beta function. */
  function beta(x, a, b) {
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a);
    const front = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
    return x <= 0 ? 0 : (Math.exp(front) * betaFraction(x, a, b)) / a;
  }

  /** How probable it is that Student's t is further from 0 than `t`. */
  const beyond = (t, freedom) => beta(freedom / (freedom + t * t), freedom / 2, 0.5);

  /* The error function's complement: a series near 0 (DLMF 7.6.2), a continued fraction beyond (7.9.1). */

  const SERIES_BELOW = 2;

  function erfc(x) {
    if (x < 0) return 2 - erfc(-x);
    return x < SERIES_BELOW ? 1 - erfSeries(x) : erfcFraction(x);
  }

  function erfSeries(x) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > CLOSE * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }

  function erfcFraction(x) {
    let below = x;
    for (let k = 200; k > 0; k--) below = x + k / 2 / below;
    return Math.exp(-x * x) / (below * Math.sqrt(Math.PI));
  }

  const HALVINGS = 200;
  const quantiles = new Map();

  /**
   * The t that is exceeded on either side with a probability of 5 %.
   *
   * @param {number} freedom  degrees of freedom, at least 1
   * @returns {number}
   */
  function studentT(freedom) {
    if (!quantiles.has(freedom)) quantiles.set(freedom, findT(freedom));
    return quantiles.get(freedom);
  }

  function findT(freedom) {
    let low = 1;
    let high = 16;
    for (let k = 0; k < HALVINGS && high - low > CLOSE * low; k++) {
      const middle = (low + high) / 2;
      if (middle === low || middle === high) break;
      if (beyond(middle, freedom) > 1 - CONFIDENCE) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  /**
   * @param {ArrayLike<number>} values
   * @returns {Statistics}
   */
  function describe(values) {
    const found = { n: 0, left: 0, mean: 0, std: NaN, ci: NaN, min: Infinity, max: -Infinity };
    for (let i = 0; i < values.length; i++) add(found, values[i]);
    const { n } = found;
    if (n === 0) return { ...found, mean: NaN, min: NaN, max: NaN };
    found.mean /= n;
    if (n > 1) Object.assign(found, spread(values, found.mean, n));
    return found;
  }

  function add(found, value) {
    if (!Number.isFinite(value)) return void found.left++;
    found.n++;
    found.mean += value;
    if (value < found.min) found.min = value;
    if (value > found.max) found.max = value;
  }

  /** In a second pass, since squares of large numbers lose what tells them apart. */
  function spread(values, mean, n) {
    let squares = 0;
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) squares += (values[i] - mean) ** 2;
    const std = Math.sqrt(squares / (n - 1));
    return { std, ci: (studentT(n - 1) * std) / Math.sqrt(n) };
  }

  /** The best of what was described; the mean where no direction is known. */
  const best = ({ min, max, mean }, direction) => ({ min, max })[direction] ?? mean;

  reporter.statistics = { describe, best, studentT, beyondT: beyond, erfc, logGamma };
  if (typeof module === "object") module.exports = reporter.statistics;
})((globalThis.reporter = globalThis.reporter || {}));
