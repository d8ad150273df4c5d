/**
 * A chart as a table: for those who read numbers, and to take away.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./rows.js");
  }

  /** 32-bit numbers have 6 to 9 digits; the rest of a 64-bit print is noise. */
  const LEAST_DIGITS = 6;
  const MOST_DIGITS = 9;

  /**
   * The shortest decimal number that means the same as a stored value.
   *
   * @param {number} value
   * @param {boolean} isNarrow  whether 32 bits stored it
   * @returns {number}
   */
  function shortest(value, isNarrow) {
    if (!isNarrow || !Number.isFinite(value)) return value;
    for (let digits = LEAST_DIGITS; digits < MOST_DIGITS; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return short;
    }
    return Number(value.toPrecision(MOST_DIGITS));
  }

  /** The values of a line as they are to be read. */
  function valuesOf({ y }) {
    const isNarrow = y instanceof Float32Array;
    return Array.from(y, (value) => shortest(value, isNarrow));
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
    const y = valuesOf(line);
    const last = y.length - 1;
    return [line.logged, line.x[last], y[last], ...summarize(y)];
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
      const [line] = lines;
      return { heads: [xTitle, metric], rows: valuesOf(line).map((value, i) => ({ line: null, numbers: [line.x[i], value] })) };
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
      valuesOf(line).forEach((value, i) => records.push(`${run},${plain(line.x[i])},${plain(value)}`));
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

  reporter.twin = { shortest, twinOf, toCsv, barTwinOf, barsToCsv };
  if (typeof module === "object") module.exports = reporter.twin;
})((globalThis.reporter = globalThis.reporter || {}));
