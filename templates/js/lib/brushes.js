/**
 * Filters that were drawn over an axis: part of a column's values. In an address, `brush` is a list of
 * "range:0.001..0.1:params.lr" (an end may be missing) and "any:adam|sgd:params.optimizer".
 *
 * @typedef {object} Brush
 * @property {string} id  of the column
 * @property {[number, number]} [range]  ends included
 * @property {string[]} [any]
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./fields.js");
    require("./format.js");
  }

  const RANGE = /^range:([^:]*?)\.\.([^:]*):(.+)$/s;
  const ANY = /^any:([^:]*):(.+)$/s;

  const encode = (text) => encodeURIComponent(text).replace(/\(/g, "%28").replace(/'/g, "%27");

  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  const end = (text, missing) => (text === "" || Number.isNaN(Number(text)) ? missing : Number(text));

  /** @param {string[]} texts  of an address; what is none is left out @returns {Brush[]} */
  function parse(texts) {
    return texts.flatMap((text) => {
      const range = RANGE.exec(text);
      if (range) return [{ id: range[3], range: [end(range[1], -Infinity), end(range[2], Infinity)] }];
      const any = ANY.exec(text);
      return any ? [{ id: any[2], any: any[1].split("|").map(decode) }] : [];
    });
  }

  const endText = (value) => (Number.isFinite(value) ? String(value) : "");

  /** @param {Brush[]} brushes @returns {string[]} */
  function print(brushes) {
    return brushes.map(({ id, range, any }) => (range ? `range:${range.map(endText).join("..")}:${id}` : `any:${any.map(encode).join("|")}:${id}`));
  }

  /** As a person reads it, after the column's name. */
  function describe({ range, any }) {
    if (any) return any.length > 3 ? `any of ${any.length} values` : any.join(" or ");
    const [low, high] = range.map((value) => reporter.format.number(value));
    if (range[0] === -Infinity) return `≤ ${high}`;
    return range[1] === Infinity ? `≥ ${low}` : `${low} to ${high}`;
  }

  /** @param {Brush} brush @param {import("./columns.js").Column | undefined} column  a column that is not here holds nothing back */
  function test({ range, any }, column) {
    if (!column) return () => true;
    if (any) {
      const wanted = new Set(any);
      return (row) => wanted.has(column.text(row));
    }
    if (reporter.fields.kindOf(column) === "category") return () => false;
    const [low, high] = range;
    return (row) => {
      const value = reporter.fields.numberOf(column, row);
      return value >= low && value <= high;
    };
  }

  /**
   * @param {Brush[]} brushes
   * @param {(id: string) => import("./columns.js").Column | undefined} columnOf
   * @returns {((row: number) => boolean) | null}  null without any brush
   */
  function predicate(brushes, columnOf) {
    const tests = brushes.map((brush) => test(brush, columnOf(brush.id)));
    return tests.length ? (row) => tests.every((passes) => passes(row)) : null;
  }

  /** The brushes with one column's replaced, or taken away. */
  function replace(brushes, id, brush) {
    const rest = brushes.filter((one) => one.id !== id);
    return brush ? [...rest, { ...brush, id }] : rest;
  }

  reporter.brushes = { parse, print, describe, predicate, replace };
  if (typeof module === "object") module.exports = reporter.brushes;
})((globalThis.reporter = globalThis.reporter || {}));
