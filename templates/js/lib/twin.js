/**
 * A chart as a table: for those who read numbers, and to take away.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./rows.js");
  }

  /** The finite values of a line, at a glance. */
  function summarize(y) {
    let least = Infinity;
    let greatest = -Infinity;
    for (const value of y) {
      if (!Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    return least > greatest ? [null, null] : [least, greatest];
  }

  function summaryRow(line) {
    const last = line.y.length - 1;
    return [line.logged, line.x[last], line.y[last], ...summarize(line.y)];
  }

  /**
   * @param {import("./plot.js").Line[]} lines
   * @param {string} metric
   * @param {string} xTitle
   * @returns {{heads: string[], rows: {line: object | null, numbers: (number | null)[]}[]}}
   *   one line: its points; several: what each of them comes to. The first head stands above names
   *   unless there is one line only.
   */
  function twinOf(lines, metric, xTitle) {
    if (lines.length === 1) {
      const [{ x, y }] = lines;
      return { heads: [xTitle, metric], rows: Array.from(y, (value, i) => ({ line: null, numbers: [x[i], value] })) };
    }
    const heads = ["run", "points", `last ${xTitle}`, "last", "min", "max"];
    return { heads, rows: lines.map((line) => ({ line, numbers: summaryRow(line) })) };
  }

  function plain(number) {
    if (Number.isFinite(number)) return String(number);
    return Number.isNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf";
  }

  /**
   * @param {import("./plot.js").Line[]} lines
   * @param {string} metric
   * @param {string} xTitle
   * @returns {string}  RFC 4180: one line a point, unsmoothed
   */
  function toCsv(lines, metric, xTitle) {
    const field = reporter.rows.csvField;
    const records = [["run_id", "run_name", xTitle, metric].map(field).join(",")];
    for (const line of lines) {
      const run = `${line.id},${field(line.name)}`;
      for (let i = 0; i < line.y.length; i++) records.push(`${run},${plain(line.x[i])},${plain(line.y[i])}`);
    }
    return `${records.join("\r\n")}\r\n`;
  }

  /**
   * @param {{name: string, value: number}[]} bars
   * @param {string} metric
   * @returns {{heads: string[], rows: {line: object, numbers: number[]}[]}}
   */
  function barTwinOf(bars, metric) {
    return { heads: ["run", metric], rows: bars.map((bar) => ({ line: bar, numbers: [bar.value] })) };
  }

  /** @returns {string}  RFC 4180: one line a run */
  function barsToCsv(bars, metric) {
    const field = reporter.rows.csvField;
    const records = [["run_id", "run_name", metric].map(field).join(",")];
    for (const { id, name, value } of bars) records.push(`${id},${field(name)},${plain(value)}`);
    return `${records.join("\r\n")}\r\n`;
  }

  reporter.twin = { twinOf, toCsv, barTwinOf, barsToCsv };
  if (typeof module === "object") module.exports = reporter.twin;
})((globalThis.reporter = globalThis.reporter || {}));
