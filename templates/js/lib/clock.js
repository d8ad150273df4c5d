/**
 * Time as the x axis: each line against the time since its first point, in a unit that suits all,
 * or against the time of day.
 */
(function (reporter) {
  "use strict";

  const UNITS = [
    { name: "s", ms: 1000, most: 120 },
    { name: "min", ms: 60000, most: 120 },
    { name: "h", ms: 3600000, most: Infinity },
  ];

  const DIGITS = 1e6;

  const last = (numbers) => numbers.reduce((most, number) => Math.max(most, number), 0);

  /** The order of the points by time; those of one moment stay as they were. */
  function byTime(ms) {
    if (ms.every((at, i) => i === 0 || ms[i - 1] <= at)) return Uint32Array.from(ms.keys());
    return Uint32Array.from(ms.keys()).sort((a, b) => ms[a] - ms[b] || a - b);
  }

  /** A line with other values of x, in an order that may differ; its steps stay with its points. */
  function reordered(line, order, xOf) {
    const x = Float64Array.from(order, xOf);
    return { ...line, x, y: line.y.constructor.from(order, (at) => line.y[at]), steps: Float64Array.from(order, (at) => line.x[at]) };
  }

  /**
   * @param {{lines?: object[], xTitle: string}} data  of a chart; bars stay as they are
   * @param {"time" | "wall"} [kind]  since the first point, or since 1970
   * @returns {object}  the same with time as x; `xUnit`: milliseconds of one unit of x
   */
  function against(data, kind = "time") {
    if (!data.lines || data.lines.some(({ ms }) => !ms)) return data;
    if (kind === "wall") {
      const lines = data.lines.map((line) => reordered(line, byTime(line.ms), (at) => line.startMs + line.ms[at]));
      return { ...data, lines, xTitle: "time (UTC)", xKind: kind, xUnit: 1 };
    }
    const span = last(data.lines.map(({ ms }) => last(ms)));
    const unit = UNITS.find(({ ms, most }) => span / ms <= most);
    const xOf = (line) => (at) => Math.round((line.ms[at] / unit.ms) * DIGITS) / DIGITS;
    const lines = data.lines.map((line) => reordered(line, byTime(line.ms), xOf(line)));
    return { ...data, lines, xTitle: `time in ${unit.name}`, xKind: kind, xUnit: unit.ms };
  }

  reporter.clock = { against, reordered };
  if (typeof module === "object") module.exports = reporter.clock;
})((globalThis.reporter = globalThis.reporter || {}));
