/**
 * Time as the x axis: each line against the time since its first point, in a unit that suits all.
 */
(function (reporter) {
  "use strict";

  const UNITS = [
    { name: "s", ms: 1000, most: 120 },
    { name: "min", ms: 60000, most: 120 },
    { name: "h", ms: 3600000, most: Infinity },
  ];

  const DIGITS = 1000;

  const last = (numbers) => numbers.reduce((most, number) => Math.max(most, number), 0);

  /** The order of the points by time; those of one moment stay as they were. */
  function byTime(ms) {
    return Uint32Array.from(ms.keys()).sort((a, b) => ms[a] - ms[b] || a - b);
  }

  function overTime(line, unit) {
    const order = byTime(line.ms);
    const x = Float64Array.from(order, (at) => Math.round((line.ms[at] / unit.ms) * DIGITS) / DIGITS);
    return { ...line, x, y: line.y.constructor.from(order, (at) => line.y[at]) };
  }

  /**
   * @param {{lines?: object[], xTitle: string}} data  of a chart; bars stay as they are
   * @returns {object}  the same with time as x
   */
  function against(data) {
    if (!data.lines || data.lines.some(({ ms }) => !ms)) return data;
    const span = last(data.lines.map(({ ms }) => last(ms)));
    const unit = UNITS.find(({ ms, most }) => span / ms <= most);
    return { ...data, lines: data.lines.map((line) => overTime(line, unit)), xTitle: `time in ${unit.name}` };
  }

  reporter.clock = { against };
  if (typeof module === "object") module.exports = reporter.clock;
})((globalThis.reporter = globalThis.reporter || {}));
