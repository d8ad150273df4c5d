/**
 * Small drawings of intervals and shares: where everything stands, in pixels. No element, no colour.
 *
 * The forest of the compare page has one line a group: its value as a point, its interval as a bar.
 * A profile is a step from score to score.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./ticks.js");
  }
  const { format } = reporter;

  const ROW_PX = 28;
  const AXIS_PX = 30;
  const PAD_SHARE = 0.06;
  const MOST_TICKS = 5;

  /** Round numbers between two ends: 1, 2 or 5 times a power of ten apart. */
  function niceTicks(low, high, most = MOST_TICKS) {
    const rough = (high - low) / most;
    if (!(rough > 0)) return [low];
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough);
    const ticks = [];
    for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
    return ticks;
  }

  /** Least and greatest of everything drawn, with some air. */
  function extentOf(values) {
    const finite = values.filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    const air = (high - low || Math.abs(high) || 1) * PAD_SHARE;
    return [low - air, high + air];
  }

  const scaleOf = ([low, high], from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

  function axisTicks(extent, scale, { isSigned = false } = {}) {
    const ticks = niceTicks(...extent);
    const decimals = format.columnDecimals(ticks.length > 1 ? ticks : extent);
    return ticks.map((value) => ({ at: scale(value), value, text: (isSigned && value > 0 ? "+" : "") + format.number(value, value === 0 ? 0 : decimals) }));
  }

  /**
   * @param {{value: number, low: number, high: number}[]} rows  NaN where nothing is known
   * @param {{width: number, labelPx: number, zero?: boolean}} how  zero: changes, so 0 is in sight and signs are written
   */
  function forest(rows, { width, labelPx, zero = false }) {
    const extent = extentOf([...rows.flatMap(({ value, low, high }) => [value, low, high]), ...(zero ? [0] : [])]);
    const right = width - 14;
    const scale = scaleOf(extent, labelPx + 10, right);
    const bottom = 8 + rows.length * ROW_PX;
    return {
      height: bottom + AXIS_PX,
      top: 4,
      bottom,
      right,
      zero: zero ? scale(0) : null,
      ticks: axisTicks(extent, scale, { isSigned: zero }),
      rows: rows.map(({ value, low, high }, i) => ({ y: 8 + (i + 0.5) * ROW_PX, at: scale(value), from: scale(low), to: scale(high) })),
    };
  }

  /** A path that stays at each share until the next score. */
  function steps(xs, ys) {
    return xs.map((x, i) => (i ? `H${x.toFixed(1)}V${ys[i].toFixed(1)}` : `M${x.toFixed(1)},${ys[i].toFixed(1)}`)).join("");
  }

  /** Forth along one edge of a band and back along the other. */
  function band(xs, low, high) {
    const forth = xs.map((x, i) => `${i ? "L" : "M"}${x.toFixed(1)},${high[i].toFixed(1)}`);
    const back = xs.map((x, i) => `L${x.toFixed(1)},${low[i].toFixed(1)}`).reverse();
    return `${[...forth, ...back].join("")}Z`;
  }

  const PROFILE = { left: 40, right: 20, top: 8, bottom: 34, height: 240 };

  /**
   * @param {{shares: number[], low: number[], high: number[]}[]} profiles
   * @param {number[]} scores
   * @param {number} width
   */
  function profiles(found, scores, width) {
    const extent = [scores[0], scores.at(-1)];
    const toX = scaleOf(extent, PROFILE.left, width - PROFILE.right);
    const toY = scaleOf([0, 1], PROFILE.height - PROFILE.bottom, PROFILE.top);
    const xs = scores.map(toX);
    return {
      ...PROFILE,
      bottomY: toY(0),
      ticks: axisTicks(extent, toX),
      levels: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ at: toY(share), text: `${share * 100}%` })),
      lines: found.map(({ shares, low, high }) => ({ line: steps(xs, shares.map(toY)), band: band(xs, low.map(toY), high.map(toY)) })),
    };
  }

  /** Scores at which a profile is taken: evenly from the least to the greatest value. */
  function profileScores(values, count = 101) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (low === high) return [low - 1, low, low + 1];
    const air = (high - low) * PAD_SHARE;
    return Array.from({ length: count }, (_, i) => low - air + ((high - low + 2 * air) * i) / (count - 1));
  }

  reporter.graph = { forest, profiles, profileScores, niceTicks };
  if (typeof module === "object") module.exports = reporter.graph;
})((globalThis.reporter = globalThis.reporter || {}));
