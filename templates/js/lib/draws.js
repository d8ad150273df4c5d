/**
 * Random draws with replacement: the twin of reporter/statistics/draws.py, which makes the same ones.
 *
 * A word is a mix of a counter (SplitMix with 32 bits, mixed by lowbias32), so a report and a page
 * that compute the same bootstrap give the same interval. tests/shared/comparison_cases.json holds
 * the two together.
 */
(function (reporter) {
  "use strict";

  const SEED = 0;
  const DRAWS = 10000;
  const GAMMA = 0x9e3779b9;
  const WORDS = 2 ** 32;

  /** Values that are drawn for one interval: above a thousand there are fewer draws. */
  const MAX_VALUES = 10000000;
  const LEAST_DRAWS = 1000;

  function mix(word) {
    let mixed = word ^ (word >>> 16);
    mixed = Math.imul(mixed, 0x7feb352d);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x846ca68b);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }

  /** The seed of one of several independent streams. */
  const stream = (seed, number) => mix((seed + number) >>> 0);

  /** How many draws an interval over n values takes. */
  const drawsFor = (n, draws = DRAWS) => Math.max(Math.min(draws, LEAST_DRAWS), Math.min(draws, Math.floor(MAX_VALUES / Math.max(n, 1))));

  /**
   * Places from 0 to n - 1, one after the other.
   *
   * @param {number} seed  of the stream
   * @param {number} n
   * @returns {() => number}
   */
  function places(seed, n) {
    let counter = seed | 0;
    return () => {
      const place = Math.floor((mix(counter) * n) / WORDS);
      counter = (counter + GAMMA) | 0;
      return place;
    };
  }

  reporter.draws = { SEED, DRAWS, stream, drawsFor, places };
  if (typeof module === "object") module.exports = reporter.draws;
})((globalThis.reporter = globalThis.reporter || {}));
