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
   * Which bucket a point belongs to. A bucket's width is half by step, so that what is wide on the
   * screen gets its share, and half by count, so that where many points were logged there are many.
   */
  function bucketOf(steps, nBuckets) {
    const last = steps.length - 1;
    const span = steps[last] - steps[0];
    return (i) => {
      const byCount = i / last;
      const byStep = span > 0 ? (steps[i] - steps[0]) / span : byCount;
      return Math.min(Math.floor((byCount + byStep) * 0.5 * nBuckets), nBuckets - 1);
    };
  }

  /** The first least and the first greatest finite value of each bucket. */
  function extremesOf(steps, values, nBuckets) {
    const bucket = bucketOf(steps, nBuckets);
    const least = new Int32Array(nBuckets).fill(-1);
    const greatest = new Int32Array(nBuckets).fill(-1);
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) continue;
      const b = bucket(i);
      if (least[b] < 0 || values[i] < values[least[b]]) least[b] = i;
      if (greatest[b] < 0 || values[i] > values[greatest[b]]) greatest[b] = i;
    }
    return [...least, ...greatest].filter((i) => i >= 0);
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
    const nBuckets = Math.floor((cap - 2 - markers.length) / 2);
    const kept = new Set([0, n - 1, ...markers, ...extremesOf(steps, values, nBuckets)]);
    return Uint32Array.from(kept).sort();
  }

  reporter.downsample = downsample;
  if (typeof module === "object") module.exports = { downsample };
})((globalThis.reporter = globalThis.reporter || {}));
