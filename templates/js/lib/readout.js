/**
 * What a chart says at one place of its x axis: the nearest step, and each line's value there.
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./arrays.js");
    require("./twin.js");
  }
  const { lowerBound } = reporter.arrays;
  const { format } = reporter;

  /** Digits of a number that was computed here. */
  const COMPUTED_DIGITS = 6;
  /** Values further apart in size do not stand below each other. */
  const MOST_DECIMALS = 9;

  const computed = (value) => (Number.isFinite(value) ? Number(value.toPrecision(COMPUTED_DIGITS)) : value);

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

  /** The value of a line at a place, as it was logged: or as it was computed, to six digits. */
  function exactValue({ line, y }, at) {
    const isLogged = y[at] === line.y[at] && !line.members;
    return isLogged ? reporter.twin.shortest(line.y[at], line.y instanceof Float32Array) : computed(y[at]);
  }

  /** What lies around a value: "±0.013" or "0.24 to 0.29"; empty where there is no band. */
  function around({ line, y }, at) {
    const [low, high] = [line.low?.[at], line.high?.[at]];
    if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
    const by = (high - low) / 2;
    const isEven = Math.abs((high + low) / 2 - y[at]) <= by * 1e-6;
    return isEven ? `±${format.number(by)}` : `${format.number(low)} to ${format.number(high)}`;
  }

  /** How many decimals show all of some numbers; null when one of them is a power of ten. */
  function decimalsFor(numbers) {
    const texts = numbers.filter(Number.isFinite).map(String);
    if (!texts.length || texts.some((text) => text.includes("e"))) return null;
    return Math.min(MOST_DECIMALS, Math.max(...texts.map((text) => (text.split(".")[1] || "").length)));
  }

  /** Numbers to stand below each other, with every digit that they have. */
  function exactTexts(numbers) {
    const decimals = decimalsFor(numbers);
    const plain = (number) => String(number).replace("-", "\u2212").replace("e+", "e");
    return numbers.map((number) => (decimals === null && Number.isFinite(number) ? plain(number) : format.number(number, decimals)));
  }

  /**
   * @param {string} kind  of axis
   * @param {string} title  of it
   * @param {number} x
   * @returns {string}  "step 1,200", "21 Nov 2026 03:52:00 UTC", "tokens 2048"
   */
  function headOf(kind, title, x) {
    if (kind === "wall") return format.timeExact(x).replace("T", " ").replace(/(\.000)?Z$/, " UTC");
    const number = Number.isInteger(x) ? format.count(x) : exactTexts([computed(x)])[0];
    const [, name, unit] = title.match(/^(time) in (.+)$/) || [];
    return unit ? `${name} ${number} ${unit}` : `${title} ${number}`;
  }

  /** Infinities are equal to each other, which a difference would not say. */
  function compare(a, b) {
    return a === b ? 0 : a - b;
  }

  reporter.readout = { nearest, nearestStep, readout, exactValue, around, exactTexts, headOf };
  if (typeof module === "object") module.exports = reporter.readout;
})((globalThis.reporter = globalThis.reporter || {}));
