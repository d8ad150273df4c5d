/**
 * Smoothing of a line: an exponential moving average, freed from the pull of its beginning.
 *
 * Plain averages start at the first value and need long to leave it; here each value is divided by
 * the weight that has been given so far (as Adam does, Kingma and Ba 2015), so the first smoothed
 * value is the first value and all weights always add up to one.
 */
(function (reporter) {
  "use strict";

  /**
   * @param {ArrayLike<number>} values
   *   NaN and infinities stay where they are and have no weight in what follows.
   * @param {number} weight  of the past, from 0 (nothing changes) to below 1
   * @returns {Float64Array}
   */
  function smooth(values, weight) {
    const smoothed = Float64Array.from(values);
    let average = 0;
    let past = 1;
    for (let i = 0; i < smoothed.length; i++) {
      if (!Number.isFinite(smoothed[i])) continue;
      average = weight * average + (1 - weight) * smoothed[i];
      past *= weight;
      smoothed[i] = average / (1 - past);
    }
    return smoothed;
  }

  reporter.smooth = smooth;
  if (typeof module === "object") module.exports = { smooth };
})((globalThis.reporter = globalThis.reporter || {}));
