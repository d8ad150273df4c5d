/**
 * Another metric as the x axis: each point against what the other metric was at the same step.
 *
 * Points whose step the other metric has no finite value for are left out and counted; nothing is
 * interpolated.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./clock.js");

  /**
   * For each point of a series the place of its partner: of several points at one step the first
   * belongs to the first, and so on.
   *
   * @param {ArrayLike<number>} steps  ascending
   * @param {ArrayLike<number>} others  ascending
   * @returns {Int32Array}  places in `others`, -1 for none
   */
  function partners(steps, others) {
    const found = new Int32Array(steps.length).fill(-1);
    let at = 0;
    for (let i = 0; i < steps.length; i++) {
      while (at < others.length && others[at] < steps[i]) at += 1;
      if (others[at] === steps[i]) found[i] = at++;
    }
    return found;
  }

  /** A line against another series; `lost` counts its points without a partner. */
  function pair(line, other, isLog) {
    const found = other ? partners(line.x, other.x) : new Int32Array(line.x.length).fill(-1);
    const xs = Float64Array.from(found, (at) => (at < 0 ? NaN : other.y[at]));
    const isPlace = (x) => Number.isFinite(x) && !(isLog && x <= 0);
    const order = Uint32Array.from(xs.keys()).filter((i) => isPlace(xs[i]));
    if (!order.every((at, i) => i === 0 || xs[order[i - 1]] <= xs[at])) order.sort((a, b) => xs[a] - xs[b] || a - b);
    const dropped = isLog ? xs.reduce((n, x) => n + (x <= 0 && Number.isFinite(x) ? 1 : 0), 0) : 0;
    return { line: reporter.clock.reordered(line, order, (at) => xs[at]), lost: line.x.length - order.length - dropped, dropped };
  }

  /**
   * @param {{lines?: object[], xTitle: string}} data  of a chart; bars stay as they are
   * @param {string} metric  the other one
   * @param {Map<string, {x: ArrayLike<number>, y: ArrayLike<number>}>} others  by id of the run
   * @param {boolean} [isLog]  whether x is to be logarithmic: what is not positive is left out
   * @returns {object}  the same with the metric as x, and with words for what is left out
   */
  function against(data, metric, others, isLog = false) {
    if (!data.lines) return data;
    const pairs = data.lines.map((line) => pair(line, others.get(line.id), isLog));
    const sum = (name) => pairs.reduce((total, one) => total + one[name], 0);
    return {
      ...data,
      lines: pairs.map(({ line }) => line),
      xTitle: metric,
      xKind: `metrics.${metric}`,
      xUnit: 1,
      unpaired: sum("lost"),
      xDropped: sum("dropped"),
    };
  }

  reporter.pairing = { partners, against };
  if (typeof module === "object") module.exports = reporter.pairing;
})((globalThis.reporter = globalThis.reporter || {}));
