/**
 * The order of cards: the page's own, and what a reader changed of it, as short as an address wants it.
 */
(function (reporter) {
  "use strict";

  /**
   * @param {string[]} own  in the page's order
   * @param {string[]} wanted  those that come first; names that are not here are passed over
   * @returns {string[]}
   */
  function ordered(own, wanted) {
    const here = new Set(own);
    const first = [...new Set(wanted)].filter((name) => here.has(name));
    const isFirst = new Set(first);
    return [...first, ...own.filter((name) => !isFirst.has(name))];
  }

  /**
   * The fewest names to say so that `ordered` gives an order.
   *
   * @param {string[]} own
   * @param {string[]} order  the same names in another order
   * @returns {string[]}
   */
  function said(own, order) {
    let n = 0;
    while (ordered(own, order.slice(0, n)).some((name, i) => name !== order[i])) n += 1;
    return order.slice(0, n);
  }

  /** The list with a name at another place; places beyond the ends are the ends. */
  function moved(order, name, place) {
    const rest = order.filter((one) => one !== name);
    const at = Math.max(0, Math.min(place, rest.length));
    return [...rest.slice(0, at), name, ...rest.slice(at)];
  }

  reporter.cardOrder = { ordered, said, moved };
  if (typeof module === "object") module.exports = reporter.cardOrder;
})((globalThis.reporter = globalThis.reporter || {}));
