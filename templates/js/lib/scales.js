/**
 * What a line chart's axes are told: their ends, their ticks and how these are printed. Names are
 * those of the signals in reporter/charts/metrics.py.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./ticks.js");

  /** A logarithmic axis of a metric is so much finer than its least value: it is linear below. */
  const BELOW_LEAST = 1e-3;

  /** Around a value that stands alone, a share of it. */
  const ROOM = 0.1;

  /** Least and greatest of some numbers; null without any. */
  function extent(numbers) {
    let [least, greatest] = [Infinity, -Infinity];
    for (const number of numbers) {
      if (number < least) least = number;
      if (number > greatest) greatest = number;
    }
    return least <= greatest ? [least, greatest] : null;
  }

  const leastPositive = (numbers) => numbers.reduce((least, x) => (x > 0 && x < least ? x : least), Infinity);

  function xOfLog(xs, ends, isMetric) {
    const least = isMetric ? leastPositive(xs) : Infinity;
    return { x_ticks: ends && reporter.ticks.logTicks(...ends), x_unit: Number.isFinite(least) ? least * BELOW_LEAST : 1 };
  }

  function xOfLinear(ends, kind) {
    const { ticks = null, format = "" } = kind === "wall" && ends ? reporter.ticks.timeTicks(...ends) : {};
    return { x_ticks: ticks, x_format: format, x_min_step: kind === "step" || kind === "index" ? 1 : 0 };
  }

  /** Values that are all one stand in the middle, where ticks can tell which. */
  const around = (value) => ({ y_low: value - (Math.abs(value) * ROOM || 1), y_high: value + (Math.abs(value) * ROOM || 1) });

  function yOf({ points, bands, ends }, isLog) {
    const drawn = extent([...points.map(({ y }) => y), ...bands.flatMap(({ low, high }) => [low, high])].filter((y) => y !== null)) || [];
    const isOne = drawn.length && drawn[0] === drawn[1] && ends.low === null && ends.high === null;
    if (!isLog) return { y_is_exact: ends.isExact, ...(isOne && around(drawn[0])) };
    const told = [ends.low ?? drawn[0], ends.high ?? drawn[1]];
    return { y_ticks: told[0] === undefined ? null : reporter.ticks.logTicks(...told) };
  }

  /**
   * @param {object} plot  of plotLines
   * @param {{xTitle: string, xKind?: string, window?: [number, number] | null}} data
   * @param {{x: "linear" | "log", y: "linear" | "log"}} look
   * @returns {Object<string, unknown>}  signals
   */
  function signalsOf(plot, { xTitle, xKind = "step", window = null }, look) {
    const xs = plot.points.map(({ x }) => x);
    const seen = window || extent(xs);
    const x = look.x === "log" ? xOfLog(xs, seen, xKind.startsWith("metrics.")) : xOfLinear(seen, xKind);
    const [x_low, x_high] = window || [null, null];
    return { x_title: xTitle, x_low, x_high, ...x, y_low: plot.ends.low, y_high: plot.ends.high, ...yOf(plot, look.y === "log") };
  }

  reporter.scales = { signalsOf, extent };
  if (typeof module === "object") module.exports = reporter.scales;
})((globalThis.reporter = globalThis.reporter || {}));
