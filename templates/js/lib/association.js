/**
 * How far two columns go together: Spearman's rank correlation and mutual information, adjusted for
 * chance. Neither says that one of them is the cause of the other.
 *
 * tests/shared/association_cases.json holds all of it against scipy and scikit-learn.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./statistics.js");

  /** Fewer pairs say nothing that deserves a bar. */
  const LEAST_PAIRS = 5;

  /** 97.5 % of a normal distribution lies below. */
  const Z = 1.959963984540054;

  /** Numbers with more different values than this are put into bins of equal count. */
  const MOST_BINS = 10;
  const RUNS_A_CELL = 5;

  /** Ranks from 1; equal values share the mean of theirs. */
  function ranks(values) {
    const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
    const found = new Float64Array(values.length);
    for (let from = 0; from < order.length; ) {
      let to = from + 1;
      while (to < order.length && values[order[to]] === values[order[from]]) to++;
      for (let i = from; i < to; i++) found[order[i]] = (from + to + 1) / 2;
      from = to;
    }
    return found;
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  /** Pearson's correlation; NaN when one of them does not vary. */
  function pearson(a, b) {
    const [meanA, meanB] = [mean(a), mean(b)];
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      const [da, db] = [a[i] - meanA, b[i] - meanB];
      ab += da * db;
      aa += da * da;
      bb += db * db;
    }
    return aa > 0 && bb > 0 ? Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))) : NaN;
  }

  /** The places in which both are numbers. */
  function pairs(a, b) {
    const places = [];
    for (let i = 0; i < a.length; i++) if (!Number.isNaN(a[i]) && !Number.isNaN(b[i])) places.push(i);
    return [Float64Array.from(places, (i) => a[i]), Float64Array.from(places, (i) => b[i])];
  }

  /** The 95 % interval of a rank correlation: Fisher's z with the variance of Bonett and Wright (2000). */
  function interval(rho, n) {
    if (Math.abs(rho) >= 1 || n < 4) return [NaN, NaN];
    const half = Z * Math.sqrt((1 + (rho * rho) / 2) / (n - 3));
    return [Math.tanh(Math.atanh(rho) - half), Math.tanh(Math.atanh(rho) + half)];
  }

  /**
   * @param {ArrayLike<number>} a
   * @param {ArrayLike<number>} b  as long; pairs in which one is NaN are left out
   * @returns {{rho: number, low: number, high: number, n: number}}  NaN below five pairs, and when one
   *   of them does not vary
   */
  function spearman(a, b) {
    const [left, right] = pairs(a, b);
    const n = left.length;
    const rho = n < LEAST_PAIRS ? NaN : pearson(ranks(left), ranks(right));
    const [low, high] = Number.isNaN(rho) ? [NaN, NaN] : interval(rho, n);
    return { rho, low, high, n };
  }

  /* Mutual information */

  /** How many bins `n` pairs allow. */
  const binsFor = (n) => Math.max(2, Math.min(MOST_BINS, Math.round(Math.sqrt(n / RUNS_A_CELL))));

  /** A code for each value: the values themselves where they are few, else bins of equal count. */
  function discretize(values) {
    const distinct = [...new Set(values)].sort((x, y) => x - y);
    const bins = binsFor(values.length);
    if (distinct.length <= bins) {
      const places = new Map(distinct.map((value, place) => [value, place]));
      return Uint32Array.from(values, (value) => places.get(value));
    }
    return Uint32Array.from(ranks(values), (rank) => Math.min(bins - 1, Math.floor(((rank - 0.5) * bins) / values.length)));
  }

  /** Codes of a category stay as they are. */
  const codesOf = (values, isCategory) => (isCategory ? Uint32Array.from(values) : discretize(values));

  function contingency(a, b) {
    const [rows, columns] = [Math.max(...new Set(a)) + 1, Math.max(...new Set(b)) + 1];
    const cells = new Float64Array(rows * columns);
    const [sumsA, sumsB] = [new Float64Array(rows), new Float64Array(columns)];
    for (let i = 0; i < a.length; i++) {
      cells[a[i] * columns + b[i]]++;
      sumsA[a[i]]++;
      sumsB[b[i]]++;
    }
    return { cells, columns, sumsA, sumsB, n: a.length };
  }

  const entropy = (sums, n) => sums.reduce((sum, count) => (count ? sum - (count / n) * Math.log(count / n) : sum), 0);

  function information({ cells, columns, sumsA, sumsB, n }) {
    let sum = 0;
    for (let cell = 0; cell < cells.length; cell++) {
      const count = cells[cell];
      if (count) sum += (count / n) * Math.log((n * count) / (sumsA[Math.floor(cell / columns)] * sumsB[cell % columns]));
    }
    return Math.max(0, sum);
  }

  function logFactorials(n) {
    const found = new Float64Array(n + 1);
    for (let i = 2; i <= n; i++) found[i] = found[i - 1] + Math.log(i);
    return found;
  }

  /** Probabilities so small add nothing in double precision. */
  const NOTHING = 1e-20;

  /** What one cell adds to the information expected by chance: over the hypergeometric distribution of its count. */
  function expectedOfCell(a, b, n, logs) {
    const least = Math.max(1, a + b - n);
    const most = Math.min(a, b);
    const mode = Math.max(least, Math.min(most, Math.floor(((a + 1) * (b + 1)) / (n + 2))));
    const at = (k) => Math.exp(logs[a] + logs[b] + logs[n - a] + logs[n - b] - logs[n] - logs[k] - logs[a - k] - logs[b - k] - logs[n - a - b + k]);
    const term = (k, share) => share * (k / n) * Math.log((n * k) / (a * b));
    let sum = 0;
    let share = at(mode);
    for (let k = mode; k <= most && share > NOTHING; k++) {
      sum += term(k, share);
      share *= ((a - k) * (b - k)) / ((k + 1) * (n - a - b + k + 1));
    }
    share = at(mode);
    for (let k = mode; k > least && share > NOTHING; ) {
      share *= (k * (n - a - b + k)) / ((a - k + 1) * (b - k + 1));
      sum += term(--k, share);
    }
    return sum;
  }

  function expected({ sumsA, sumsB, n }) {
    const logs = logFactorials(n);
    let sum = 0;
    for (const a of sumsA) for (const b of sumsB) if (a && b) sum += expectedOfCell(a, b, n, logs);
    return sum;
  }

  /**
   * @param {ArrayLike<number>} a
   * @param {ArrayLike<number>} b  as long; pairs in which one is NaN are left out
   * @param {{isCategoryA?: boolean, isCategoryB?: boolean}} [are]  whether values are codes of categories
   * @returns {{nats: number, adjusted: number, n: number}}  `adjusted` is 0 as by chance and 1 when each
   *   tells the other: scikit-learn's adjusted_mutual_info_score; NaN below five pairs or without variation
   */
  function mutualInformation(a, b, { isCategoryA = false, isCategoryB = false } = {}) {
    const [left, right] = pairs(a, b);
    const n = left.length;
    if (n < LEAST_PAIRS) return { nats: NaN, adjusted: NaN, n };
    const table = contingency(codesOf(left, isCategoryA), codesOf(right, isCategoryB));
    const [entropyA, entropyB] = [entropy(table.sumsA, n), entropy(table.sumsB, n)];
    if (entropyA === 0 || entropyB === 0) return { nats: 0, adjusted: NaN, n };
    const nats = information(table);
    const chance = expected(table);
    return { nats, adjusted: (nats - chance) / ((entropyA + entropyB) / 2 - chance), n };
  }

  reporter.association = { LEAST_PAIRS, ranks, discretize, spearman, mutualInformation };
  if (typeof module === "object") module.exports = reporter.association;
})((globalThis.reporter = globalThis.reporter || {}));
