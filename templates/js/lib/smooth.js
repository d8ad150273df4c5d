/**
 * Smoothing of a line: an exponential moving average, freed from the pull of its beginning.
 *
 * Plain averages start at the first value and need long to leave it; here each value is divided by
 * the weight that has been given so far (as Adam does, Kingma and Ba 2015), so the first smoothed
 * value is the first value and all weights always add up to one. Where points stand unevenly, the
 * past may lose its weight by distance instead of by point:
 *
 *   s_i = sum over j <= i of w^(d(i, j)) y_j  /  sum over j <= i of w^(d(i, j))
 *
 * with d(i, j) = i - j, or (x_i - x_j) / unit. With points one unit apart the two are one.
 */
(function (reporter) {
  "use strict";

  /**
   * @param {ArrayLike<number>} values
   *   NaN and infinities stay where they are and have no weight in what follows.
   * @param {number} weight  of the past, from 0 (nothing changes) to below 1
   * @param {{x: ArrayLike<number>, unit: number}} [distance]  ascending places, and how much of x
   *   one point is; without it every point is one
   * @returns {Float64Array}
   */
  function smooth(values, weight, distance) {
    const smoothed = Float64Array.from(values);
    let [sum, weights, before] = [0, 0, 0];
    for (let i = 0; i < smoothed.length; i++) {
      if (!Number.isFinite(smoothed[i])) continue;
      const past = distance ? weight ** ((distance.x[i] - distance.x[before]) / distance.unit) : weight;
      sum = past * sum + smoothed[i];
      weights = past * weights + 1;
      before = i;
      smoothed[i] = sum / weights;
    }
    return smoothed;
  }

  /**
   * How much of x one logged point is on average.
   *
   * @param {ArrayLike<number>} x  ascending
   * @param {number} logged  points, of which those at x are some
   * @returns {number}  above 0; 1 where all points stand at one place
   */
  function unitOf(x, logged) {
    const span = x.length > 1 ? x[x.length - 1] - x[0] : 0;
    return span > 0 ? span / Math.max(1, logged - 1) : 1;
  }

  /**
   * @param {{x: ArrayLike<number>, y: ArrayLike<number>, logged?: number}} line
   * @param {{smooth: number, smoothsByX?: boolean}} look
   * @returns {ArrayLike<number>}
   */
  function smoothLine({ x, y, logged }, look) {
    if (!(look.smooth > 0)) return y;
    return smooth(y, look.smooth, look.smoothsByX ? { x, unit: unitOf(x, logged || x.length) } : undefined);
  }

  Object.assign(reporter, { smooth, smoothLine });
  if (typeof module === "object") module.exports = { smooth, smoothLine, unitOf };
})((globalThis.reporter = globalThis.reporter || {}));
