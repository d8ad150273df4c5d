/**
 * A landscape out of scattered points: smoothed on a grid, and its contour lines.
 *
 * Places are shares of the plot, 0 to 1 on both axes. Nothing is said where no point is near.
 */
(function (reporter) {
  "use strict";

  /** Width of the bell at 1 point, and the narrowest one. More points are smoothed less. */
  const WIDTH = 0.6;
  const LEAST_WIDTH = 0.06;

  /** A cell further than this many widths from every point stays blank. */
  const REACH = 2;

  const widthFor = (n) => Math.max(LEAST_WIDTH, WIDTH * n ** -0.25);

  /** The mean of all points, weighted by a bell around a place; NaN where none is near. */
  function smoothAt(x, y, points, width) {
    let [sum, weights, nearest] = [0, 0, Infinity];
    for (let i = 0; i < points.x.length; i++) {
      const distance = ((points.x[i] - x) ** 2 + (points.y[i] - y) ** 2) / (width * width);
      if (distance < nearest) nearest = distance;
      const weight = Math.exp(-distance / 2);
      sum += weight * points.z[i];
      weights += weight;
    }
    return nearest <= REACH * REACH ? sum / weights : NaN;
  }

  /**
   * @param {{x: ArrayLike<number>, y: ArrayLike<number>, z: ArrayLike<number>}} points
   * @param {number} size  places a side, at 0, 1 / (size - 1), … 1
   * @returns {Float64Array}  row by row from y = 0
   */
  function smooth(points, size) {
    const width = widthFor(points.x.length);
    const found = new Float64Array(size * size);
    for (let place = 0; place < found.length; place++) {
      found[place] = smoothAt((place % size) / (size - 1), Math.floor(place / size) / (size - 1), points, width);
    }
    return found;
  }

  /** Sides of a cell that a line crosses, by which of its corners lie above: pairs of sides (bottom, right, top, left). */
  const CROSSED = [[], [3, 0], [0, 1], [3, 1], [1, 2], [3, 0, 1, 2], [0, 2], [3, 2], [2, 3], [0, 2], [0, 1, 2, 3], [1, 2], [1, 3], [0, 1], [3, 0], []];

  function crossing(side, x, y, step, [a, b, c, d], level) {
    const share = (from, to) => (level - from) / (to - from);
    if (side === 0) return [x + step * share(a, b), y];
    if (side === 1) return [x + step, y + step * share(b, c)];
    if (side === 2) return [x + step * share(d, c), y + step];
    return [x, y + step * share(a, d)];
  }

  /**
   * Where the landscape crosses a height (marching squares).
   *
   * @param {Float64Array} grid  of `smooth`
   * @param {number} size
   * @param {number} level
   * @returns {number[][]}  pieces of lines: x, y, x2, y2
   */
  function contourLines(grid, size, level) {
    const pieces = [];
    const step = 1 / (size - 1);
    for (let row = 0; row < size - 1; row++) {
      for (let column = 0; column < size - 1; column++) {
        const at = row * size + column;
        const corners = [grid[at], grid[at + 1], grid[at + size + 1], grid[at + size]];
        if (corners.some(Number.isNaN)) continue;
        const above = corners.reduce((bits, value, i) => (value >= level ? bits | (1 << i) : bits), 0);
        const sides = CROSSED[above];
        for (let i = 0; i < sides.length; i += 2) {
          const ends = [sides[i], sides[i + 1]].map((side) => crossing(side, column * step, row * step, step, corners, level));
          pieces.push(ends.flat());
        }
      }
    }
    return pieces;
  }

  /** Round heights between two ends, about `most` of them. */
  function levels(low, high, most) {
    const raw = (high - low) / most;
    if (!(raw > 0)) return [];
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw * 0.999);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(Number((k * step).toPrecision(12)));
    return found;
  }

  reporter.surface = { smooth, smoothAt, contourLines, levels, widthFor };
  if (typeof module === "object") module.exports = reporter.surface;
})((globalThis.reporter = globalThis.reporter || {}));
