/**
 * What a chart says at one place of its x axis: the nearest step, and each line's value there.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./arrays.js");
  const { lowerBound } = reporter.arrays;

  /**
   * @param {ArrayLike<number>} sorted  ascending, not empty
   * @param {number} wanted
   * @returns {number}  place of the value nearest to `wanted`, the lower of two equally near
   */
  function nearest(sorted, wanted) {
    const above = lowerBound(sorted, wanted);
    if (above === 0) return 0;
    if (above === sorted.length) return above - 1;
    return sorted[above] - wanted < wanted - sorted[above - 1] ? above : above - 1;
  }

  /**
   * @param {{line: {x: ArrayLike<number>}}[]} curves
   * @param {number} x
   * @returns {number | null}  the step nearest to `x` that any line has; null without lines
   */
  function nearestStep(curves, x) {
    let best = null;
    for (const { line } of curves) {
      if (!line.x.length) continue;
      const step = line.x[nearest(line.x, x)];
      if (best === null || Math.abs(step - x) < Math.abs(best - x)) best = step;
    }
    return best;
  }

  /** Each line's point nearest to a step, of those lines that reach it. */
  function valuesAt(curves, step) {
    const found = [];
    for (const curve of curves) {
      const { x } = curve.line;
      if (!x.length || step < x[0] || step > x[x.length - 1]) continue;
      const at = nearest(x, step);
      found.push({ curve, at, x: x[at], y: curve.y[at] });
    }
    return found;
  }

  /**
   * @param {object[]} curves  of `plotLines`
   * @param {number} step
   * @param {(y: number) => number} toPx  from a value to its height on the screen, growing downwards
   * @param {number | null} cursorPx  the lines nearest to it are chosen; null: the topmost
   * @param {number} most
   * @returns {{rows: {curve: object, at: number, x: number, y: number, px: number}[], more: number}}
   *   rows as the lines lie, from top to bottom, those without a finite value last
   */
  function readout(curves, step, toPx, cursorPx, most) {
    const found = valuesAt(curves, step);
    for (const row of found) row.px = Number.isFinite(row.y) ? toPx(row.y) : Infinity;
    const distance = (row) => (cursorPx === null ? row.px : Math.abs(row.px - cursorPx));
    const chosen = found.length > most ? [...found].sort((a, b) => compare(distance(a), distance(b))).slice(0, most) : found;
    return { rows: [...chosen].sort((a, b) => compare(a.px, b.px)), more: found.length - chosen.length };
  }

  /** Infinities are equal to each other, which a difference would not say. */
  function compare(a, b) {
    return a === b ? 0 : a - b;
  }

  reporter.readout = { nearest, nearestStep, readout };
  if (typeof module === "object") module.exports = reporter.readout;
})((globalThis.reporter = globalThis.reporter || {}));
