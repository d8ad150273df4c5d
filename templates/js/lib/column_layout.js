/**
 * How columns stand: which stay beside the name, their order, widths and shades.
 *
 * All of it is lists of ids, as the address keeps them. This file knows no element and no address.
 */
(function (reporter) {
  "use strict";

  const MIN_WIDTH_PX = 40;
  const MAX_WIDTH_PX = 900;

  /** Shades of a column: as many as can be told apart beside each other. */
  const SHADES = 5;

  /** Those that stay come first; each part keeps its order. @param {string[]} ids @param {Set<string>} fixed */
  function fixedFirst(ids, fixed) {
    return fixed.size ? [...ids.filter((id) => fixed.has(id)), ...ids.filter((id) => !fixed.has(id))] : ids;
  }

  /** Put an id before another one; behind all when that is null. */
  function movedBefore(ids, id, other) {
    if (id === other) return ids;
    const rest = ids.filter((one) => one !== id);
    const place = other === null ? -1 : rest.indexOf(other);
    rest.splice(place < 0 ? rest.length : place, 0, id);
    return rest;
  }

  /** Move an id by so many places, as far as there are any. */
  function movedBy(ids, id, by) {
    const from = ids.indexOf(id);
    if (from < 0) return ids;
    const to = Math.max(0, Math.min(ids.length - 1, from + by));
    const rest = ids.filter((one) => one !== id);
    rest.splice(to, 0, id);
    return rest;
  }

  const clamped = (px) => Math.round(Math.max(MIN_WIDTH_PX, Math.min(MAX_WIDTH_PX, px)));

  /** @param {Map<string, number>} widths @returns {string[]}  "120:metrics.loss" */
  const printWidths = (widths) => [...widths].map(([id, px]) => `${clamped(px)}:${id}`);

  /** @param {string[]} list @returns {Map<string, number>}  what is no width is left out */
  function parseWidths(list) {
    const found = list.map((text) => /^([0-9]{1,4}):(.+)$/s.exec(text)).filter(Boolean);
    return new Map(found.map(([, px, id]) => [id, clamped(Number(px))]));
  }

  /**
   * The shade of a value by its place among the different values of its column, so that one outlier
   * does not leave all others pale: 1 to 5, 5 for the best; 0 for what has no place.
   *
   * @param {number} rank  from 0
   * @param {number} size  different values
   * @param {"min" | "max" | ""} direction  without one the greatest is the darkest
   */
  function shadeOf(rank, size, direction) {
    if (size < 2 || !(rank < size)) return 0;
    const place = direction === "min" ? size - 1 - rank : rank;
    return 1 + Math.min(SHADES - 1, Math.floor((place * SHADES) / (size - 1)));
  }

  reporter.columnLayout = { fixedFirst, movedBefore, movedBy, clamped, printWidths, parseWidths, shadeOf };
  if (typeof module === "object") module.exports = reporter.columnLayout;
})((globalThis.reporter = globalThis.reporter || {}));
