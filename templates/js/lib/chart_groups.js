/**
 * Lines of several runs as one: a mean or median with a band, and of how many runs at each step.
 *
 * Runs that logged at other steps than their group are read between their points, on the straight
 * line that a chart draws there; before its first and after its last point, and beside a NaN, a run
 * says nothing and is not counted. Groups of very many steps are computed at some of them, spread
 * evenly over those that were logged. This file knows no element and no address.
 *
 * @typedef {"ci" | "boot" | "std" | "se" | "range" | "iqr" | "mboot" | "mrange"} Band
 *
 * @typedef {object} Combined
 * @property {Float64Array} x  ascending
 * @property {Float64Array} y  NaN where no run says anything
 * @property {Float64Array} low  of the band; NaN where there is none
 * @property {Float64Array} high
 * @property {Uint32Array} n  runs behind each value
 * @property {boolean} isExact  whether every value was logged at its step
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./draws.js");
    require("./statistics.js");
  }
  const { statistics, draws } = reporter;

  /** What stands for a group, in words; the first is what an address need not say. @type {Object<Band, string>} */
  const BANDS = {
    ci: "mean, 95 % CI (t)",
    boot: "mean, 95 % CI (bootstrap)",
    std: "mean, standard deviation",
    se: "mean, standard error",
    range: "mean, smallest to largest",
    iqr: "median, quartiles",
    mboot: "median, 95 % CI (bootstrap)",
    mrange: "median, smallest to largest",
  };

  /** An interval of fewer runs says nothing; their values are shown instead. */
  const LEAST_RUNS = { ci: 3, boot: 3, mboot: 3 };
  const LEAST_FOR_BAND = 2;

  const MOST_STEPS = 600;
  const MOST_BOOTSTRAPPED = 200;
  const DRAWS = 1000;
  const TAIL = 0.025;

  /* Steps */

  function isSame(one, other) {
    if (one === other) return true;
    if (one.length !== other.length) return false;
    for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
    return true;
  }

  /** Every step of any of the lines, once. */
  function allSteps(lines) {
    const all = new Float64Array(lines.reduce((n, { x }) => n + x.length, 0));
    let at = 0;
    for (const { x } of lines) {
      all.set(x, at);
      at += x.length;
    }
    return all.sort().filter((step, i) => i === 0 || step !== all[i - 1]);
  }

  function thinned(steps, most) {
    if (steps.length <= most) return steps;
    return Float64Array.from({ length: most }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (most - 1))]);
  }

  /** The steps that are seen, and one on either side. */
  function within(steps, window) {
    if (!window) return steps;
    const from = steps.findIndex((step) => step >= window[0]);
    const to = steps.findIndex((step) => step > window[1]);
    const start = from < 0 ? steps.length - 1 : Math.max(0, from - 1);
    return steps.subarray(start, to < 0 ? steps.length : to + 1);
  }

  /** A line's values at some steps, NaN where it says nothing; and whether all of them were logged there. */
  function valuesAt({ x, y }, steps) {
    const values = new Float64Array(steps.length).fill(NaN);
    let isExact = true;
    const last = x.length - 1;
    let at = 0;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      while (at < last && x[at + 1] <= step) at++;
      if (x[at] === step) values[i] = y[at];
      else if (at < last && x[at] < step) {
        values[i] = y[at] + ((y[at + 1] - y[at]) * (step - x[at])) / (x[at + 1] - x[at]);
        isExact = isExact && !Number.isFinite(values[i]);
      }
    }
    return { values, isExact };
  }

  /* One step */

  /** Of ascending numbers, by interpolation between neighbours. */
  function quantile(sorted, share) {
    const at = share * (sorted.length - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
  }

  const median = (sorted) => quantile(sorted, 0.5);

  const drawnPlaces = new Map();

  /** Which of n values each draw takes; the same ones at every step. */
  function placesOf(n) {
    if (!drawnPlaces.has(n)) {
      const next = draws.places(draws.stream(draws.SEED, 0), n);
      drawnPlaces.set(n, Uint32Array.from({ length: DRAWS * n }, next));
    }
    return drawnPlaces.get(n);
  }

  function bootstrapped(values, figure) {
    const n = values.length;
    const places = placesOf(n);
    const one = new Float64Array(n);
    const found = new Float64Array(DRAWS);
    for (let draw = 0; draw < DRAWS; draw++) {
      for (let i = 0; i < n; i++) one[i] = values[places[draw * n + i]];
      found[draw] = figure(one);
    }
    found.sort();
    return [quantile(found, TAIL), quantile(found, 1 - TAIL)];
  }

  function meanOf(values) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i];
    return sum / values.length;
  }

  const around = (mean, by) => [mean - by, mean + by];

  /** What stands at one step for finite values: [y, low, high]. @type {Object<Band, (values: Float64Array) => number[]>} */
  const AT_STEP = {
    ci: (values) => withMean(values, ({ mean, ci }) => around(mean, ci)),
    std: (values) => withMean(values, ({ mean, std }) => around(mean, std)),
    se: (values) => withMean(values, ({ mean, std, n }) => around(mean, std / Math.sqrt(n))),
    range: (values) => withMean(values, ({ min, max }) => [min, max]),
    boot: (values) => [meanOf(values), ...bootstrapped(values, meanOf)],
    iqr: (values) => withMedian(values, (sorted) => [quantile(sorted, 0.25), quantile(sorted, 0.75)]),
    mrange: (values) => withMedian(values, (sorted) => [sorted[0], sorted.at(-1)]),
    mboot: (values) => withMedian(values, () => bootstrapped(values, (drawn) => median(drawn.sort()))),
  };

  function withMean(values, bandOf) {
    const described = statistics.describe(values);
    return [described.mean, ...bandOf(described)];
  }

  function withMedian(values, bandOf) {
    const sorted = values.slice().sort();
    return [median(sorted), ...bandOf(sorted)];
  }

  const NO_BAND = [NaN, NaN];

  /** @param {Float64Array} values  finite @returns {number[]} y, low, high */
  function atStep(values, band) {
    if (!values.length) return [NaN, ...NO_BAND];
    if (values.length >= (LEAST_RUNS[band] ?? LEAST_FOR_BAND)) return AT_STEP[band](values);
    return [BANDS[band].startsWith("median") ? median(values.slice().sort()) : meanOf(values), ...NO_BAND];
  }

  /* A group */

  /**
   * @param {{x: ArrayLike<number>, y: ArrayLike<number>, logged?: number}[]} lines  of one group, at least one
   * @param {Band} band
   * @param {[number, number] | null} [window]  ends of x that are seen: only there values are needed
   * @returns {Combined}
   */
  function combine(lines, band, window = null) {
    const isAligned = lines.every(({ x }) => isSame(x, lines[0].x));
    const all = allSteps(isAligned ? lines.slice(0, 1) : lines);
    const x = thinned(within(all, window), band === "boot" || band === "mboot" ? MOST_BOOTSTRAPPED : MOST_STEPS);
    const read = lines.map((line) => valuesAt(line, x));
    const [y, low, high] = [0, 1, 2].map(() => new Float64Array(x.length));
    const n = new Uint32Array(x.length);
    const said = new Float64Array(lines.length);
    for (let i = 0; i < x.length; i++) {
      for (const { values } of read) if (Number.isFinite(values[i])) said[n[i]++] = values[i];
      [y[i], low[i], high[i]] = atStep(said.subarray(0, n[i]), band);
    }
    const isWhole = lines.every(({ logged, y: own }) => !(logged > own.length));
    return { x, y, low, high, n, isExact: isWhole && read.every((one) => one.isExact) };
  }

  /** Whether a band is drawn anywhere; where not, the runs are. */
  const hasBand = ({ low }) => low.some(Number.isFinite);

  reporter.chartGroups = { BANDS, combine, atStep, hasBand };
  if (typeof module === "object") module.exports = reporter.chartGroups;
})((globalThis.reporter = globalThis.reporter || {}));
