/**
 * How far runs are from the baseline, as columns of their own to take away.
 *
 * On the page the difference stands beside the value; in a file it needs a column: "metrics.loss:delta".
 * It is a column as columns.js has them, as far as takeaway.js asks. This file knows no element.
 *
 * @typedef {object} DeltaColumn
 * @property {object} of  the column whose values it is about
 * @property {number} base  the baseline's value
 */
(function (reporter) {
  "use strict";

  /** Whether a column can be measured by a run: metrics that it has a finite number of. */
  function isMeasurable(column, baseRow) {
    return column.kind === "number" && column.group === "Metrics" && Number.isFinite(column.number(baseRow));
  }

  /** @param {object} column @param {number} baseRow @returns {DeltaColumn} */
  function deltaOf(column, baseRow) {
    const base = column.number(baseRow);
    return {
      of: column,
      base,
      id: `${column.id}:delta`,
      kind: "number",
      key: column.key,
      label: column.label,
      word: column.word,
      group: column.group,
      unit: column.unit,
      direction: "",
      isText: false,
      isNumeric: true,
      has: (row) => column.has(row),
      number: (row) => column.number(row) - base,
    };
  }

  /** Behind each column that can be measured, its differences. @param {object[]} columns @param {number} baseRow */
  function withDeltas(columns, baseRow) {
    return columns.flatMap((column) => (isMeasurable(column, baseRow) ? [column, deltaOf(column, baseRow)] : [column]));
  }

  /** Figures of a group, measured by the baseline: its spread stays. @param {import("./statistics.js").Statistics} figures */
  function shifted(figures, base) {
    const interval = () => {
      const found = figures.interval?.();
      return found ? { low: found.low - base, high: found.high - base } : null;
    };
    return { ...figures, mean: figures.mean - base, min: figures.min - base, max: figures.max - base, interval };
  }

  reporter.delta = { withDeltas, shifted };
  if (typeof module === "object") module.exports = reporter.delta;
})((globalThis.reporter = globalThis.reporter || {}));
