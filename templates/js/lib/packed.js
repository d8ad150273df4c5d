/**
 * A whole report in one file: which link means which of its pages, and what a packed file holds.
 *
 * The page that is shown is one more name in the view's state, so every link is an address of the
 * one file: "#v=1&page=run/7f3a….html&fig=roc.png". This file knows no document.
 */
(function (reporter) {
  "use strict";

  const { parse, print } = reporter.state || require("./state.js");

  const HOME = "index.html";

  /** Any origin will do: it only makes relative addresses absolute. */
  const ORIGIN = "https://report.invalid/";

  /**
   * @typedef {{path: string, fragment: string}} Target  a site path, and what follows "#"
   */

  /**
   * What an address on a page means.
   *
   * @param {string} href  as it stands in the page
   * @param {string} page  site path of that page
   * @returns {Target | null}  null when it leads out of the report
   */
  function resolve(href, page) {
    if (href.startsWith("#")) return { path: page, fragment: href.slice(1) };
    const url = new URL(href, ORIGIN + page.split("/").map(encodeURIComponent).join("/"));
    if (!url.href.startsWith(ORIGIN)) return null;
    try {
      return { path: decodeURIComponent(url.pathname.slice(1)), fragment: url.hash.slice(1) };
    } catch {
      return null;
    }
  }

  /** Whether a fragment is the state of a view, rather than the name of a part of a page. */
  const isState = (fragment) => /^[^=&]+=/.test(fragment);

  /**
   * The address, in the one file, of a page and of what is seen on it.
   *
   * @param {Target} target  a fragment that names a part of the page is both a tab and a place
   * @returns {string}  "#v=1&page=…"
   */
  function address({ path, fragment }) {
    const part = decodeURIComponent(fragment);
    const view = isState(fragment) ? parse(fragment) : fragment ? { tab: part, at: part } : {};
    return print({ page: path, ...view });
  }

  /** Site path of the page that an address of the one file shows. */
  function pageOf(hash) {
    return parse(hash).page || HOME;
  }

  /** @returns {Uint8Array} */
  function decode(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }

  /** @param {Uint8Array} bytes  gzip @returns {Promise<string>}  UTF-8 */
  function unzip(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  reporter.packed = { resolve, address, pageOf, decode, unzip, HOME };
  if (typeof module === "object") module.exports = reporter.packed;
})((globalThis.reporter = globalThis.reporter || {}));
