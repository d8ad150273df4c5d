/**
 * Which bars a bar chart shows, of runs that logged a metric once.
 */
(function (reporter) {
  "use strict";

  const ID_DIGITS = 8;

  /** Best first when better is known, else greatest first; equal ones by age. */
  function byValue(direction) {
    const sign = direction === "min" ? 1 : -1;
    return (a, b) => sign * (a.value - b.value) || a.row - b.row;
  }

  /** A name that several runs have is told apart by the beginning of the run's id. */
  function labelsOf(bars) {
    const counts = new Map();
    for (const { name } of bars) counts.set(name, (counts.get(name) || 0) + 1);
    return bars.map(({ id, name }) => (counts.get(name) > 1 ? `${name} · ${id.slice(0, ID_DIGITS)}` : name));
  }

  /**
   * @param {{id: string, row: number, name: string, value: number}[]} runs
   * @param {"min" | "max" | ""} direction
   * @param {number} most
   * @returns {{bars: object[], broken: number, left: number}}
   *   bars with a `label`, from top to bottom; `broken`: runs whose value is not finite; `left`:
   *   bars that found no room
   */
  function chooseBars(runs, direction, most) {
    const finite = runs.filter(({ value }) => Number.isFinite(value)).sort(byValue(direction));
    const bars = finite.slice(0, most);
    const labels = labelsOf(bars);
    return {
      bars: bars.map((bar, i) => ({ ...bar, label: labels[i] })),
      broken: runs.length - finite.length,
      left: finite.length - bars.length,
    };
  }

  reporter.bars = { chooseBars };
  if (typeof module === "object") module.exports = reporter.bars;
})((globalThis.reporter = globalThis.reporter || {}));
