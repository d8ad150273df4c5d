/**
 * A chart as a table: for those who read numbers, and to take away.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./detail.js");
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

  /** The lines as far as they are seen. */
  function seenLines({ lines, window }) {
    if (!window) return lines;
    return lines.map((line) => {
      const [start, end] = reporter.detail.inside(line.x, window);
      const cut = (array) => array && array.slice(start, end);
      return { ...line, x: cut(line.x), y: cut(line.y), steps: cut(line.steps), low: cut(line.low), high: cut(line.high), n: cut(line.n) };
    });
  }

  /** Time of day is told in ISO 8601, what was computed from other numbers without their noise. */
  function placeOf(kind) {
    if (kind === "wall") return (x) => reporter.format.timeExact(x);
    return kind?.startsWith("metrics.") ? (x) => Number(x.toPrecision(MOST_DIGITS)) : (x) => x;
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

  function summaryRow(line, place) {
    const y = valuesOf(line);
    const last = y.length - 1;
    return [line.logged, last < 0 ? null : place(line.x[last]), y[last] ?? null, ...summarize(y)];
  }

  /** A point of the one line of a chart: where it stands, which step that was, its value and band. */
  function pointRow(line, value, i, place) {
    const band = line.low ? [line.low[i], line.high[i], line.n[i]] : [];
    return [place(line.x[i]), ...(line.steps ? [line.steps[i]] : []), value, ...band];
  }

  /**
   * @param {{lines: import("./plot.js").Line[], metric: string, xTitle: string, xKind?: string, window?: [number, number] | null}} data
   *   of a chart; what is outside the window is left out
   * @returns {{heads: string[], rows: {line: object | null, numbers: (number | string | null)[]}[]}}
   *   one line: its points; several: what each of them comes to. The first head stands above names
   *   unless there is one line only. Times of day are texts.
   */
  function twinOf(data) {
    const { metric, xTitle, xKind } = data;
    const lines = seenLines(data);
    const place = placeOf(xKind);
    if (lines.length === 1) {
      const [line] = lines;
      const heads = [xTitle, ...(line.steps ? ["step"] : []), metric, ...(line.low ? ["low", "high", "n"] : [])];
      return { heads, rows: valuesOf(line).map((value, i) => ({ line: null, numbers: pointRow(line, value, i, place) })) };
    }
    const heads = [lines.some(({ members }) => members) ? "group" : "run", "points", `last ${xTitle}`, "last", "min", "max"];
    return { heads, rows: lines.map((line) => ({ line, numbers: summaryRow(line, place) })) };
  }

  function plain(number) {
    if (Number.isFinite(number)) return String(number);
    return Number.isNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf";
  }

  const text = (value) => (typeof value === "string" ? value : plain(value));

  /**
   * @param {object} data  as `twinOf` takes it
   * @returns {string}  RFC 4180: one line a point, unsmoothed; groups with their bands
   */
  function toCsv(data) {
    const { metric, xTitle, xKind } = data;
    const field = reporter.rows.csvField;
    const lines = seenLines(data);
    const place = placeOf(xKind);
    const hasSteps = lines.some(({ steps }) => steps);
    const isGrouped = lines.some(({ members }) => members);
    const names = isGrouped ? ["group"] : ["run_id", "run_name"];
    const heads = [...names, xTitle, ...(hasSteps ? ["step"] : []), metric, ...(isGrouped ? ["low", "high", "n"] : [])];
    const records = [heads.map(field).join(",")];
    for (const line of lines) {
      const run = isGrouped ? field(line.name) : `${line.id},${field(line.name)}`;
      valuesOf(line).forEach((value, i) => records.push([run, ...pointRow(line, value, i, place).map(text)].join(",")));
    }
    return `${records.join("\r\n")}\r\n`;
  }

  /**
   * @param {{name: string, value: number}[]} bars
   * @param {string} metric
   * @returns {{heads: string[], rows: {line: object, numbers: number[]}[]}}
   */
  function barTwinOf(bars, metric) {
    const isGrouped = bars.some(({ members }) => members);
    const around = ({ low, high, n }) => (isGrouped ? [low, high, n] : []);
    return { heads: isGrouped ? ["group", metric, "low", "high", "n"] : ["run", metric], rows: bars.map((bar) => ({ line: bar, numbers: [bar.value, ...around(bar)] })) };
  }

  /** @returns {string}  RFC 4180: one line a run */
  function barsToCsv(bars, metric) {
    const field = reporter.rows.csvField;
    const isGrouped = bars.some(({ members }) => members);
    const records = [(isGrouped ? ["group", metric, "low", "high", "n"] : ["run_id", "run_name", metric]).map(field).join(",")];
    for (const bar of bars) {
      const names = isGrouped ? [bar.name] : [bar.id, bar.name];
      const numbers = isGrouped ? [bar.value, bar.low, bar.high, bar.n] : [bar.value];
      records.push([...names.map(field), ...numbers.map(plain)].join(","));
    }
    return `${records.join("\r\n")}\r\n`;
  }

  reporter.twin = { shortest, twinOf, toCsv, barTwinOf, barsToCsv };
  if (typeof module === "object") module.exports = reporter.twin;
})((globalThis.reporter = globalThis.reporter || {}));
