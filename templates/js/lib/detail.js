/**
 * How fine a series is to be read, and finer points in the place of coarse ones.
 *
 * A page draws the first tier. Each finer tier holds all points of the ones before it, and a series
 * too long for a file is cut at points of the first tier: part k of n begins at point
 * floor(k (m - 1) / n) of m, as reporter/site/curves/series.py cuts it. So a part replaces a stretch of the
 * first tier whatever the x axis is. This file knows no file and no element.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./arrays.js");
  const { lowerBound } = reporter.arrays;

  /**
   * The tiers that have more of a series than the one before.
   *
   * @param {number} logged
   * @param {number[]} caps  most points of a series in each tier, the first one's at 0
   * @returns {{tier: number, points: number}[]}
   */
  function tiersOf(logged, caps) {
    const found = [];
    for (let tier = 1; tier < caps.length && logged > caps[tier - 1]; tier++) found.push({ tier, points: Math.min(logged, caps[tier]) });
    return found;
  }

  /**
   * The coarsest tier that is fine enough.
   *
   * @param {{logged: number, shown: number}} series  points logged, and in the first tier
   * @param {number[]} caps
   * @param {number} share  of the series that is looked at, 0 to 1
   * @param {number} want  points in that share; Infinity for all
   * @returns {{tier: number, points: number}}
   */
  function chooseTier({ logged, shown }, caps, share, want) {
    let chosen = { tier: 0, points: shown };
    if (shown >= logged) return chosen;
    for (const finer of tiersOf(logged, caps)) {
      if (chosen.points * share >= want) break;
      chosen = finer;
    }
    return chosen;
  }

  /**
   * The stretch of a series that can be seen through a window, with the points just outside of it.
   *
   * @param {ArrayLike<number>} x  in the order of steps; on an axis of time not always ascending
   * @param {[number, number] | null} window  null: all
   * @returns {[number, number] | null}  places of the first and the last; null when nothing is seen
   */
  function stretch(x, window) {
    const last = x.length - 1;
    if (!window || last < 1) return last < 0 ? null : [0, last];
    let [from, to] = [-1, -1];
    for (let i = 0; i < last; i++) {
      if (Math.max(x[i], x[i + 1]) < window[0] || Math.min(x[i], x[i + 1]) > window[1]) continue;
      if (from < 0) from = i;
      to = i + 1;
    }
    return from < 0 ? null : [from, to];
  }

  /** Where each part begins, and the end of the last. */
  function marks(nPoints, nParts) {
    return Array.from({ length: nParts + 1 }, (_, k) => (k < nParts ? Math.floor((k * (nPoints - 1)) / nParts) : nPoints));
  }

  /**
   * The parts that hold a stretch.
   *
   * @param {number} nPoints  of the first tier
   * @param {number} nParts
   * @param {[number, number]} stretch
   * @returns {number[]}
   */
  function partsOf(nPoints, nParts, [from, to]) {
    const bounds = marks(nPoints, nParts);
    return Array.from({ length: nParts }, (_, k) => k).filter((k) => bounds[k + 1] > from && bounds[k] <= to && bounds[k + 1] > bounds[k]);
  }

  /** Numbers of 32 bits among those of 64 keep the digits that they are read with. */
  function widened(y) {
    return y instanceof Float32Array ? Float64Array.from(y, (value) => reporter.twin.shortest(value, true)) : y;
  }

  function joined(pieces, Type) {
    const whole = new Type(pieces.reduce((n, piece) => n + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** A part, its times counted as the series counts them. */
  function fitted(part, { startMs, ms }) {
    const shift = (part.startMs || 0) - (startMs || 0);
    return { x: part.x, y: part.y, ms: ms && part.ms ? part.ms.map((at) => at + shift) : null };
  }

  /**
   * @param {object} series  of the first tier: {x, y, ms, startMs, …}
   * @param {(object | undefined)[]} parts  what has been read of a finer tier
   * @returns {object}  the series with every part that is there in its place
   */
  function refine(series, parts) {
    const bounds = marks(series.x.length, parts.length);
    const pieces = parts.map((part, k) => {
      if (part) return fitted(part, series);
      const cut = (array) => array && array.subarray(bounds[k], bounds[k + 1]);
      return { x: cut(series.x), y: cut(series.y), ms: cut(series.ms) };
    });
    const isNarrow = pieces.every(({ y }) => y instanceof Float32Array);
    const ys = pieces.map(({ y }) => (isNarrow ? y : widened(y)));
    return {
      ...series,
      x: joined(pieces.map(({ x }) => x), Float64Array),
      y: joined(ys, isNarrow ? Float32Array : Float64Array),
      ms: series.ms && pieces.every(({ ms }) => ms) ? joined(pieces.map(({ ms }) => ms), Float64Array) : null,
    };
  }

  /**
   * @param {ArrayLike<number>} x  ascending
   * @param {[number, number]} window
   * @returns {[number, number]}  places: the first inside, and the one after the last inside
   */
  function inside(x, [low, high]) {
    const start = lowerBound(x, low);
    let end = lowerBound(x, high);
    while (end < x.length && x[end] === high) end += 1;
    return [start, end];
  }

  const ENDINGS = ["th", "st", "nd", "rd"];

  /** @returns {string}  "every 8th point"; empty when it is every one */
  function everyNth(logged, points) {
    const n = Math.round(logged / points);
    if (!(n > 1)) return "";
    const ending = n % 100 > 10 && n % 100 < 14 ? "th" : ENDINGS[n % 10] || "th";
    return `every ${n}${ending} point`;
  }

  reporter.detail = { tiersOf, chooseTier, stretch, partsOf, refine, inside, everyNth };
  if (typeof module === "object") module.exports = reporter.detail;
})((globalThis.reporter = globalThis.reporter || {}));
