/**
 * How numbers, times and sizes read on a page: the twin of reporter/site/numbers.py.
 *
 * The builder prints the first rows of the runs table and this file prints them again, so both must
 * give the same text: tests/shared/format_cases.json holds them together. Times are in UTC.
 */
(function (reporter) {
  "use strict";

  /** Stands for what was not logged. */
  const MISSING = "–";
  const MINUS = "−";

  /** Outside these magnitudes a plain decimal is harder to read than a power of ten. */
  const TINY = 1e-4;
  const HUGE = 1e9;

  /** Of a number that stands alone; a column finds its own precision. */
  const SIGNIFICANT_DIGITS = 4;

  /** How many values of a column are looked at: precision must not cost a pass over 100,000. */
  const SAMPLE_SIZE = 1000;

  /** Share of different values that must stay different when rounded. */
  const DISTINCT_SHARE = 0.9;

  const SECOND_MS = 1000;
  const MINUTE_MS = 60000;
  const HOUR_MS = 3600000;
  const DAY_MS = 86400000;

  /** A duration of 30,000 years is a wrong number, and reads as one. */
  const ABSURD_MS = 1e15;

  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  /** First and last millisecond of the years 1 to 9999, which both languages can name. */
  const FIRST_MS = -62135596800000;
  const LAST_MS = 253402300799999;

  const isMissing = (value) => value === null || value === undefined;

  const isPlain = (value) => value === 0 || (Math.abs(value) >= TINY && Math.abs(value) < HUGE);

  const twoDigits = (n) => String(n).padStart(2, "0");

  const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

  function group(text) {
    const point = text.indexOf(".");
    const whole = point < 0 ? text : text.slice(0, point);
    if (whole.length < 4) return text;
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + text.slice(whole.length);
  }

  const fixed = (size, decimals) => group(size.toFixed(decimals));

  function scientific(size) {
    const [mantissa, exponent] = size.toExponential(SIGNIFICANT_DIGITS - 1).split("e");
    return `${trim(mantissa)}e${Number(exponent)}`;
  }

  function nonFinite(value) {
    if (Number.isNaN(value)) return "NaN";
    return value > 0 ? "+∞" : `${MINUS}∞`;
  }

  /** Digits after the point that give `size` so many significant ones. */
  function decimalsFor(size, digits) {
    return Math.max(0, digits - 1 - Number(size.toExponential().split("e")[1]));
  }

  function formatMagnitude(size, decimals) {
    if (!isPlain(size)) return scientific(size);
    if (isMissing(decimals)) {
      return trim(fixed(size, Number.isInteger(size) ? 0 : decimalsFor(size, SIGNIFICANT_DIGITS)));
    }
    const text = fixed(size, decimals);
    return size !== 0 && !/[1-9]/.test(text) ? scientific(size) : text;
  }

  /**
   * Print a number.
   *
   * @param {number | null | undefined} value  null is what was not logged; NaN and infinities are values
   * @param {number | null} [decimals]
   *   Digits after the point, from `columnDecimals`; without it, four significant digits and no
   *   trailing zeros. Very small and very large numbers become powers of ten either way, and so does
   *   a number that `decimals` would print as zero.
   * @returns {string}
   */
  function number(value, decimals) {
    if (isMissing(value)) return MISSING;
    if (!Number.isFinite(value)) return nonFinite(value);
    return (value < 0 ? MINUS : "") + formatMagnitude(Math.abs(value), decimals);
  }

  function sample(values) {
    const stride = Math.ceil(values.length / SAMPLE_SIZE) || 1;
    const taken = [];
    for (let i = 0; i < values.length; i += stride) taken.push(values[i]);
    return taken;
  }

  function countDistinct(plain, decimals) {
    const scale = 10 ** decimals;
    return new Set(plain.map((value) => Math.floor(value * scale + 0.5))).size;
  }

  /**
   * Find the digits after the point that tell the values of a column apart: three to five significant
   * digits of the median magnitude, the fewest that keep most different values different; none when
   * all are whole. Of a long column 1,000 evenly spread values are looked at.
   *
   * @param {ArrayLike<number | null>} values
   * @returns {number}
   */
  function columnDecimals(values) {
    const plain = sample(values).filter((value) => !isMissing(value) && isPlain(value));
    if (plain.every(Number.isInteger)) return 0;
    const sizes = plain.filter((value) => value !== 0).map(Math.abs).sort((a, b) => a - b);
    const median = sizes[Math.floor(sizes.length / 2)];
    const most = decimalsFor(median, 5);
    const wanted = DISTINCT_SHARE * new Set(plain).size;
    for (let decimals = decimalsFor(median, 3); decimals < most; decimals++) {
      if (countDistinct(plain, decimals) >= wanted) return decimals;
    }
    return most;
  }

  /**
   * Print a time span: "320 ms", "0:38", "1:02:10", "2 d 4 h".
   *
   * @param {number | null} durationMs  null or NaN when the run has not ended
   * @returns {string}
   */
  function duration(durationMs) {
    if (isMissing(durationMs) || !Number.isFinite(durationMs)) return MISSING;
    if (Math.abs(durationMs) >= ABSURD_MS) return `${number(durationMs)} ms`;
    const sign = durationMs < 0 ? MINUS : "";
    const span = Math.floor(Math.abs(durationMs));
    if (span < SECOND_MS) return `${sign}${span} ms`;
    const seconds = twoDigits(Math.floor(span / SECOND_MS) % 60);
    const minutes = Math.floor(span / MINUTE_MS) % 60;
    const hours = Math.floor(span / HOUR_MS);
    if (hours >= 24) return `${sign}${count(Math.floor(hours / 24))} d ${hours % 24} h`;
    if (hours) return `${sign}${hours}:${twoDigits(minutes)}:${seconds}`;
    return `${sign}${minutes}:${seconds}`;
  }

  /** @returns {Date | null}  null outside the years 1 to 9999 */
  function dateOf(timeMs) {
    const whole = Math.floor(timeMs);
    return whole >= FIRST_MS && whole <= LAST_MS ? new Date(whole) : null;
  }

  /**
   * Print when something happened: "21 Nov 03:52", "21 Nov 2025 03:52".
   *
   * @param {number | null} timeMs  since 1970 UTC
   * @param {number | null} [yearOfNewest]  year of the report's newest event, the only one not printed
   * @returns {string}
   */
  function time(timeMs, yearOfNewest) {
    if (isMissing(timeMs) || Number.isNaN(timeMs)) return MISSING;
    const when = dateOf(timeMs);
    if (!when) return `${number(timeMs)} ms`;
    const year = when.getUTCFullYear() === yearOfNewest ? "" : ` ${when.getUTCFullYear()}`;
    const clock = `${twoDigits(when.getUTCHours())}:${twoDigits(when.getUTCMinutes())}`;
    return `${when.getUTCDate()} ${MONTHS[when.getUTCMonth()]}${year} ${clock}`;
  }

  /**
   * Print a time as ISO 8601 with milliseconds and zone; "" when there is none.
   *
   * @param {number | null} timeMs  since 1970 UTC
   * @returns {string}
   */
  function timeExact(timeMs) {
    if (isMissing(timeMs) || Number.isNaN(timeMs)) return "";
    const when = dateOf(timeMs);
    return when ? when.toISOString() : `${number(timeMs)} ms`;
  }

  const plural = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"} ago`;

  /**
   * Print how long before the report's newest event something happened: "3 min ago"; the date when
   * that is more than 30 days.
   *
   * @param {number | null} timeMs
   * @param {number | null} newestMs
   * @returns {string}
   */
  function relative(timeMs, newestMs) {
    if (isMissing(timeMs) || isMissing(newestMs)) return time(timeMs);
    const span = newestMs - timeMs;
    if (span < MINUTE_MS) return "just now";
    if (span < HOUR_MS) return `${Math.floor(span / MINUTE_MS)} min ago`;
    if (span < DAY_MS) return plural(Math.floor(span / HOUR_MS), "hour");
    if (span <= 30 * DAY_MS) return plural(Math.floor(span / DAY_MS), "day");
    const newest = dateOf(newestMs);
    return time(timeMs, newest && newest.getUTCFullYear());
  }

  /**
   * Print a size in decimal units: "612 B", "11.4 kB", "145 kB".
   *
   * @param {number} n  bytes, not negative
   * @returns {string}
   */
  function bytes(n) {
    if (n < 1000) return `${Math.floor(n)} B`;
    const units = ["kB", "MB", "GB", "TB"];
    let k = 0;
    for (n /= 1000; n >= 999.5 && k < units.length - 1; n /= 1000) k++;
    return `${fixed(n, n < 99.95 ? 1 : 0)} ${units[k]}`;
  }

  /** Print a whole number with thousands: "1,234,567". */
  function count(n) {
    return group(String(n));
  }

  /**
   * Cut a long text in the middle, because names differ at their ends.
   *
   * @param {string} text
   * @param {number} n  characters to keep, the mark of the cut included; at least 3
   * @returns {string}
   */
  function truncateMiddle(text, n) {
    const points = Array.from(text);
    if (points.length <= n) return text;
    const tail = Math.floor((n - 1) / 2);
    return `${points.slice(0, n - 1 - tail).join("")}…${points.slice(points.length - tail).join("")}`;
  }

  reporter.format = {
    MISSING,
    number,
    columnDecimals,
    duration,
    time,
    timeExact,
    relative,
    bytes,
    count,
    truncateMiddle,
  };
  if (typeof module === "object") module.exports = reporter.format;
})((globalThis.reporter = globalThis.reporter || {}));
