/**
 * What no other run beats: the Pareto front of two columns, and the best so far in the order of one.
 */
(function (reporter) {
  "use strict";

  /** Turned so that less is better. */
  const turned = (values, sense) => (sense === "max" ? Float64Array.from(values, (value) => -value) : values);

  /**
   * @param {ArrayLike<number>} x
   * @param {ArrayLike<number>} y  as long; NaN leaves a run out
   * @param {"min"|"max"} senseX
   * @param {"min"|"max"} senseY
   * @returns {number[]}  places of those that no other equals or beats in both and beats in one; by x, then y
   */
  function paretoFront(x, y, senseX, senseY) {
    const [a, b] = [turned(x, senseX), turned(y, senseY)];
    const order = Array.from(a, (_, i) => i).filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]));
    order.sort((i, j) => a[i] - a[j] || b[i] - b[j] || i - j);
    const front = [];
    for (const i of order) {
      const last = front[front.length - 1];
      const isEqual = last !== undefined && a[i] === a[last] && b[i] === b[last];
      if (last === undefined || b[i] < b[last] || isEqual) front.push(i);
    }
    return front.sort((i, j) => x[i] - x[j] || y[i] - y[j] || i - j);
  }

  /**
   * The corners of the line through a front: it bounds what some run has reached.
   *
   * @param {{x: number, y: number}[]} points  by x
   * @param {"min"|"max"} senseX
   */
  function staircase(points, senseX) {
    return points.flatMap((point, i) => {
      if (i === 0) return [point];
      const before = points[i - 1];
      return [senseX === "max" ? { x: before.x, y: point.y } : { x: point.x, y: before.y }, point];
    });
  }

  /**
   * @param {ArrayLike<number>} x  the order
   * @param {ArrayLike<number>} y
   * @param {"min"|"max"} sense
   * @returns {{order: number[], best: number[], records: number[]}}  places by x, of those with both; the
   *   best up to each of them; and the places that set a new best
   */
  function bestSoFar(x, y, sense) {
    const order = Array.from(x, (_, i) => i).filter((i) => !Number.isNaN(x[i]) && !Number.isNaN(y[i]));
    order.sort((i, j) => x[i] - x[j] || i - j);
    const best = [];
    const records = [];
    for (const i of order) {
      const last = best.length ? best[best.length - 1] : undefined;
      const isBetter = last === undefined || (sense === "max" ? y[i] > last : y[i] < last);
      if (isBetter) records.push(i);
      best.push(isBetter ? y[i] : last);
    }
    return { order, best, records };
  }

  reporter.frontier = { paretoFront, staircase, bestSoFar };
  if (typeof module === "object") module.exports = reporter.frontier;
})((globalThis.reporter = globalThis.reporter || {}));
