/**
 * View state <-> the part of an address after "#": what is seen is a link.
 *
 * A view is a plain object of short names to texts or lists of texts: {tab: "charts", sel: ["7f3a…"]}.
 * Only what differs from the page's defaults is written, after the version: "#v=1&tab=charts".
 * This file knows no address bar and no page; what a name means is decided by whoever sets it.
 */
(function (reporter) {
  "use strict";

  /** Raised when the meaning of a name changes; older links are then upgraded in `parse`. */
  const VERSION = 1;

  /** Names whose value is a list. All others are one text. */
  const LISTS = new Set(["cols", "sel", "runs", "hide", "open", "pin", "fix", "rel", "brush", "heat", "w", "sets", "exp", "tblby", "wallpair", "zoom", "yr", "pinned", "order", "wide"]);

  /**
   * @typedef {Object<string, string | string[]>} View
   */

  /** Percent-decode; a broken escape stays as it stands rather than losing the whole link. */
  function decode(text) {
    try {
      return decodeURIComponent(text.replace(/\+/g, "%20"));
    } catch (error) {
      if (error instanceof URIError) return text;
      throw error;
    }
  }

  /** Percent-encode, but leave what an address may hold and a person wants to read. */
  function encode(text) {
    return encodeURIComponent(text).replace(/%(2F|3A|40)/g, (code) => decodeURIComponent(code));
  }

  function decodeValue(name, text) {
    if (!LISTS.has(name)) return decode(text);
    return text === "" ? [] : text.split(",").map(decode);
  }

  function encodeValue(value) {
    return Array.isArray(value) ? value.map(encode).join(",") : encode(value);
  }

  function equal(a, b) {
    return JSON.stringify(a) === JSON.stringify(b);
  }

  /**
   * Read a view out of an address.
   *
   * @param {string} hash  with or without its "#"; one without a version is read as of today
   * @returns {View}  empty when the link was made by a newer report than this
   */
  function parse(hash) {
    const view = {};
    for (const part of hash.replace(/^#/, "").split("&")) {
      const at = part.indexOf("=");
      if (at < 1) continue;
      const name = decode(part.slice(0, at));
      view[name] = decodeValue(name, part.slice(at + 1));
    }
    const version = view.v === undefined ? VERSION : Number(view.v);
    delete view.v;
    return version >= 1 && version <= VERSION ? view : {};
  }

  /**
   * Write a view as an address: "" when nothing differs from the defaults.
   *
   * @param {View} view
   * @param {View} [defaults]
   * @returns {string}  "#v=1&name=value…", names in the order they were set
   */
  function print(view, defaults = {}) {
    const parts = Object.keys(view)
      .filter((name) => view[name] !== undefined && view[name] !== null)
      .filter((name) => !equal(view[name], defaults[name]))
      .map((name) => `${encode(name)}=${encodeValue(view[name])}`);
    return parts.length ? `#v=${VERSION}&${parts.join("&")}` : "";
  }

  /**
   * A new view with some names changed; null or undefined takes a name out.
   *
   * @param {View} view
   * @param {Object<string, string | string[] | null | undefined>} changes
   * @returns {View}
   */
  function change(view, changes) {
    const next = { ...view, ...changes };
    for (const name of Object.keys(next)) if (next[name] === null || next[name] === undefined) delete next[name];
    return next;
  }

  /** Names whose values differ between two views. */
  function differing(before, after) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].filter((name) => !equal(before[name], after[name]));
  }

  reporter.state = { VERSION, parse, print, change, differing };
  if (typeof module === "object") module.exports = reporter.state;
})((globalThis.reporter = globalThis.reporter || {}));
