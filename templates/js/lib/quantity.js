/**
 * Numbers, dates and durations as people write them: the twin of reporter/search/quantity.py.
 *
 * Number(), Date.parse() and Python's own readers each accept something else, so what counts as a
 * number is said here once; tests/shared/filter_cases.json holds the two languages together.
 */
(function (reporter) {
  "use strict";

  const NUMBER = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$/;
  const SPECIAL = /^([+-]?)(?:(nan)|inf|infinity)$/i;
  const TIME = new RegExp(
    "^([1-9][0-9]{3})-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})" +
      "(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?$",
  );
  const CLOCK = /^(?:([0-9]+):([0-5][0-9])|([0-9]+)):([0-5][0-9](?:\.[0-9]+)?)$/;
  const PART = /([0-9]+(?:\.[0-9]+)?) ?([a-z]+)/g;

  const SECOND_MS = 1000;
  const MINUTE_MS = 60000;
  const DAY_MS = 86400000;

  const UNITS_MS = new Map(
    [
      ["ms millisecond milliseconds", 1],
      ["s sec secs second seconds", SECOND_MS],
      ["m min mins minute minutes", MINUTE_MS],
      ["h hr hrs hour hours", 3600000],
      ["d day days", DAY_MS],
      ["w week weeks", 604800000],
    ].flatMap(([names, size]) => names.split(" ").map((name) => [name, size])),
  );

  const strip = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

  /**
   * Read a decimal number, inf or nan.
   * @param {string} text
   * @returns {number | null} null when it is none of these; a logged "NaN" gives NaN
   */
  function readNumber(text) {
    const plain = strip(text);
    if (NUMBER.test(plain)) return Number(plain) + 0; // + 0 turns -0 into 0
    const special = SPECIAL.exec(plain);
    if (!special) return null;
    if (special[2]) return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }

  function offsetMs(zone) {
    if (zone === undefined || zone === "Z") return 0;
    const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
    return (zone[0] === "-" ? -1 : 1) * minutes * MINUTE_MS;
  }

  /** How long the smallest written unit lasts. */
  function widthMs([, year, month, day, hour, , second, fraction], start) {
    if (fraction) return 1;
    if (second) return SECOND_MS;
    if (hour) return MINUTE_MS;
    if (day) return DAY_MS;
    return Date.UTC(Number(year), Number(month), 1) - start;
  }

  /**
   * Read a date or a moment, ISO 8601 from a month to a millisecond, UTC unless it says else.
   * @param {string} text
   * @returns {[number, number] | null} its first millisecond and the first that is not its own
   */
  function readTime(text) {
    const match = TIME.exec(strip(text));
    if (!match) return null;
    const [, year, month, day = "1", hour = "0", minute = "0", second = "0", fraction, zone] = match;
    const fields = [year, Number(month) - 1, day, hour, minute, second].map(Number);
    const moment = Date.UTC(...fields);
    const read = new Date(moment);
    const isReal =
      read.getUTCMonth() === fields[1] &&
      read.getUTCDate() === fields[2] &&
      fields[3] < 24 &&
      fields[4] < 60 &&
      fields[5] < 60;
    if (!isReal || (year === "9999" && !match[3] && month === "12")) return null;
    const thousandths = Number((fraction || "").padEnd(3, "0").slice(0, 3));
    const start = moment - offsetMs(zone) + thousandths;
    return [start, start + widthMs(match, moment)];
  }

  /** Add up "2 d 4 h"; null when a part has no known unit or something is left over. */
  function sumOfParts(plain) {
    let total = 0;
    let end = 0;
    for (const part of plain.matchAll(PART)) {
      const size = UNITS_MS.get(part[2]);
      if (plain.slice(end, part.index).trim() !== "" || size === undefined) return null;
      total += Number(part[1]) * size;
      end = part.index + part[0].length;
    }
    return end > 0 && end === plain.length ? total : null;
  }

  /**
   * Read a length of time: "90s", "5 min", "2 d 4 h", "1:02:10"; a number alone counts seconds.
   * @param {string} text
   * @returns {number | null} milliseconds
   */
  function readDuration(text) {
    const plain = strip(text).toLowerCase();
    const number = readNumber(plain);
    if (number !== null) return number * SECOND_MS;
    const clock = CLOCK.exec(plain);
    if (!clock) return sumOfParts(plain);
    const minutes = Number(clock[1] || 0) * 60 + Number(clock[2] || clock[3]);
    return minutes * MINUTE_MS + Number(clock[4]) * SECOND_MS;
  }

  reporter.quantity = { readNumber, readTime, readDuration };
  if (typeof module === "object") module.exports = reporter.quantity;
})((globalThis.reporter = globalThis.reporter || {}));
