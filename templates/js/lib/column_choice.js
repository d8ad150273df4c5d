/**
 * Which columns differ, and how a choice of columns stands in an address.
 *
 * The panel that chooses them is laid out by column_list.js. This file knows no element.
 */
(function (reporter) {
  "use strict";

  /** Whether a column says the same of every run: then it can be left out. */
  function isConstant(column) {
    if (column.length === 0) return true;
    if (column.isSparse || column.kind === "id") return false;
    const { values, missing } = column;
    if (missing?.some((byte) => byte !== 0)) return false;
    return values.every((value) => Object.is(value, values[0]));
  }

  /** What every program passes on of an address (RFC 9110 asks it of them): lists of columns may take half. */
  const MAX_ADDRESS_CHARS = 4000;

  /** Stands in an address for a list that is too long for it and is kept in the browser. */
  const KEPT = "~";

  /** @returns {boolean} whether an address can hold this list beside all else */
  const fitsAddress = (ids) => ids.reduce((sum, id) => sum + encodeURIComponent(id).length + 1, 0) <= MAX_ADDRESS_CHARS;

  /** What the address holds of a choice. @param {string[]} ids @param {(text: string) => void} keep  takes what is too long */
  function toAddress(ids, keep) {
    if (fitsAddress(ids)) return ids;
    const text = JSON.stringify(ids);
    keep(text);
    return [KEPT + digestOf(text)];
  }

  /** Tells one kept list from another, so that a link never shows what it does not mean. */
  function digestOf(text) {
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
    return (sum >>> 0).toString(36);
  }

  /**
   * @param {string[] | undefined} list  of the address
   * @param {() => string | null} kept  what this browser keeps
   * @returns {string[] | null | undefined}  null when this browser keeps another list or none
   */
  function fromAddress(list, kept) {
    if (!list?.[0]?.startsWith(KEPT)) return list;
    const text = kept();
    return text !== null && KEPT + digestOf(text) === list[0] ? JSON.parse(text) : null;
  }

  reporter.columnChoice = { isConstant, toAddress, fromAddress };
  if (typeof module === "object") module.exports = reporter.columnChoice;
})((globalThis.reporter = globalThis.reporter || {}));
