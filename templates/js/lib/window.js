/**
 * Which part of an axis is seen, as an address says it: "100:250:step", "0:60000:time",
 * "0.1:0.5:metrics.val_loss"; and the range of y of a metric: "0:1:val_loss", either end may be empty.
 *
 * Numbers come first, for names may hold anything. Time is in milliseconds whatever the axis says.
 */
(function (reporter) {
  "use strict";

  /** A drag is told to so many parts of the axis that is seen. */
  const PARTS = 2000;

  /** Points stand on whole numbers: fewer than two of them are no stretch. */
  const WHOLE = new Set(["step", "index"]);
  const LEAST_WHOLE = 1;

  const numberOf = (text) => (text === "" ? null : Number(text));

  function parseOne(text) {
    const [low, high, ...name] = text.split(":");
    if (!name.length) return null;
    const ends = [numberOf(low), numberOf(high)];
    const isRight = ends.every((end) => end === null || Number.isFinite(end)) && !(ends[0] !== null && ends[1] !== null && ends[0] >= ends[1]);
    return isRight ? { name: name.join(":"), ends } : null;
  }

  /**
   * @param {string[] | undefined} list  of an address
   * @returns {Map<string, [number | null, number | null]>}  by axis or metric; what cannot be read is none
   */
  function parse(list) {
    const found = (Array.isArray(list) ? list : []).map(parseOne).filter(Boolean);
    return new Map(found.map(({ name, ends }) => [name, ends]));
  }

  /** A window of an axis: both ends are there. */
  function windowOf(list, kind) {
    const ends = parse(list).get(kind);
    return ends && ends[0] !== null && ends[1] !== null ? ends : null;
  }

  /**
   * @param {string[] | undefined} list
   * @param {string} name
   * @param {[number | null, number | null] | null} ends  null takes it out
   * @returns {string[] | null}  null when nothing is left
   */
  function change(list, name, ends) {
    const found = parse(list);
    found.delete(name);
    if (ends && (ends[0] !== null || ends[1] !== null)) found.set(name, ends);
    const said = [...found].map(([one, [low, high]]) => `${low ?? ""}:${high ?? ""}:${one}`);
    return said.length ? said : null;
  }

  /** The nearest number with no more digits than a drag over `span` can mean. */
  function rounded(value, span) {
    const digits = Math.max(0, Math.min(15, -Math.floor(Math.log10(span / PARTS))));
    return Number(value.toFixed(digits));
  }

  /**
   * What a drag means.
   *
   * @param {string} kind  of axis
   * @param {number} a
   * @param {number} b  the other end, on either side
   * @param {number} seen  how much of the axis is seen now
   * @returns {[number, number] | null}  null when it is too short to mean anything
   */
  function dragged(kind, a, b, seen) {
    const [low, high] = [a, b].sort((x, y) => x - y).map((end) => rounded(end, seen));
    if (!(high > low)) return null;
    if (!WHOLE.has(kind) || high - low >= LEAST_WHOLE) return [low, high];
    const middle = Math.round((low + high) / 2);
    return [middle - LEAST_WHOLE, middle + LEAST_WHOLE];
  }

  reporter.window = { parse, windowOf, change, dragged };
  if (typeof module === "object") module.exports = reporter.window;
})((globalThis.reporter = globalThis.reporter || {}));
