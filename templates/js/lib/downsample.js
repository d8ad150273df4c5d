/**
 * Fewer points of a series, chosen so that its line looks the same: the twin of
 * reporter/charts/downsample.py, held together by tests/shared/downsample_cases.json.
 *
 * Only points that are there are kept: the first and the last, the least and the greatest of each
 * bucket, and one for every stretch of NaN or infinity.
 */
(function (reporter) {
  "use strict";

  /** At most one kept point in four stands for a stretch of NaN. */
  const MARKER_SHARE = 4;
  const LEAST_CAP = 5;

  /** The first point of every stretch that is not finite, evenly thinned when there are many. */
  function markersOf(values, cap) {
    const found = [];
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i]) && (i === 0 || Number.isFinite(values[i - 1]))) found.push(i);
    }
    const stride = Math.max(1, Math.ceil(found.length / Math.floor(cap / MARKER_SHARE)));
    return found.filter((_, rank) => rank % stride === 0);
  }

  /**
   * Mark the first least and the first greatest finite value of each bucket.
   *
   * A bucket's width is half by step, so that what is wide on the screen gets its share, and half by
   * count, so that where many points were logged there are many buckets.
   */
  function markExtremes(steps, values, nBuckets, isKept) {
    const last = steps.length - 1;
    const start = steps[0];
    const span = steps[last] - start;
    let bucket = -1;
    let least = -1;
    let greatest = -1;
    for (let i = 0; i <= last; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) continue;
      const byCount = i / last;
      const byStep = span > 0 ? (steps[i] - start) / span : byCount;
      const b = Math.min(Math.floor((byCount + byStep) * 0.5 * nBuckets), nBuckets - 1);
      if (b !== bucket) {
        if (bucket >= 0) isKept[least] = isKept[greatest] = 1;
        bucket = b;
        least = greatest = i;
      } else if (value < values[least]) least = i;
      else if (value > values[greatest]) greatest = i;
    }
    if (bucket >= 0) isKept[least] = isKept[greatest] = 1;
  }

  /**
   * Choose the points of one series.
   *
   * @param {ArrayLike<number>} steps  ascending
   * @param {ArrayLike<number>} values  as many; may hold NaN and infinities
   * @param {number} cap  the most points that may be kept, at least 5
   * @returns {Uint32Array}  ascending places; all of them when there are no more than `cap`
   */
  function downsample(steps, values, cap) {
    if (cap < LEAST_CAP) throw new RangeError(`cap is ${cap}: a series needs at least ${LEAST_CAP} points`);
    const n = values.length;
    if (n <= cap) return Uint32Array.from({ length: n }, (_, i) => i);
    const markers = markersOf(values, cap);
    const isKept = new Uint8Array(n);
    isKept[0] = isKept[n - 1] = 1;
    for (const i of markers) isKept[i] = 1;
    markExtremes(steps, values, Math.floor((cap - 2 - markers.length) / 2), isKept);
    const kept = [];
    for (let i = 0; i < n; i++) if (isKept[i]) kept.push(i);
    return Uint32Array.from(kept);
  }

  reporter.downsample = downsample;
  if (typeof module === "object") module.exports = { downsample };
})((globalThis.reporter = globalThis.reporter || {}));
