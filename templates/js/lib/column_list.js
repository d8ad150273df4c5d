/**
 * The list of the panel that chooses columns, as rows of one height: what the table shows, in its
 * order, and below it every column, grouped as in the table (Run, Params, Metrics, Tags) and, within
 * a group, by the part of its key before the first slash.
 *
 * However many columns there are, the list is made once a change; the panel draws what is in sight.
 * A metric counts as chosen when the table shows any of its values. This file knows no element.
 *
 * @typedef {object} Head
 * @property {"head"} kind
 * @property {string} key  tells rows apart: "Params", "Params opt/"
 * @property {string} title  "Params" or "opt/"
 * @property {boolean} isPrefix
 * @property {boolean} isOpen
 * @property {object[]} columns  that match; checking the head is about all of them
 * @property {number} total  columns of the section, matching or not
 * @property {number} chosen  how many of the total the table shows
 * @property {number} picked  how many of those that match the table shows
 *
 * @typedef {object} Item
 * @property {"shown" | "column"} kind  of the first part, or of the others
 * @property {string} key
 * @property {object} column
 * @property {boolean} isChosen
 * @property {boolean} isDeep  below a prefix
 */
(function (reporter) {
  "use strict";

  const GROUPS = ["Run", "Params", "Metrics", "Tags"];

  /** The title of the first part. */
  const SHOWN = "In the table";

  /** A prefix is worth a section of its own when so many columns share it. */
  const MIN_SHARING = 2;

  const texts = new WeakMap();

  /** What a column is found by. */
  function textOf(column) {
    if (!texts.has(column)) texts.set(column, `${column.id} ${column.label} ${column.word}`.toLowerCase());
    return texts.get(column);
  }

  function prefixOf(column) {
    const slash = column.key.indexOf("/");
    return slash > 0 ? column.key.slice(0, slash + 1) : "";
  }

  function groupBy(items, keyOf) {
    const groups = new Map();
    for (const item of items) {
      const key = keyOf(item);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(item);
    }
    return groups;
  }

  /** All values of a metric are one thing to choose. */
  const nameOf = ({ id, group, key }) => (group === "Metrics" ? `metrics.${key}` : id);

  /** Columns of one group: those of their own, and those that share a prefix. */
  function partsOf(columns) {
    const own = [];
    const prefixed = [];
    for (const [prefix, sharing] of groupBy(columns, prefixOf)) {
      if (prefix === "" || sharing.length < MIN_SHARING) own.push(...sharing);
      else prefixed.push([prefix, sharing]);
    }
    return { own, prefixed };
  }

  class Lister {
    constructor(shown, { find, leftOut, folded, opened }) {
      this.needle = find.trim().toLowerCase();
      Object.assign(this, { leftOut, folded, opened, rows: [], same: {} });
      this.chosen = new Set(shown.map(nameOf));
    }

    isChosen(column) {
      return this.chosen.has(nameOf(column));
    }

    /** What is looked for is found, whether runs differ in it or not. */
    isLeftOut(column) {
      return this.needle === "" && !column.differs && this.leftOut.has(column.group) && !this.isChosen(column);
    }

    matches(column) {
      return this.needle === "" || textOf(column).includes(this.needle);
    }

    head(key, title, columns, { all = columns, isPrefix = false } = {}) {
      const count = (list) => list.reduce((sum, column) => sum + this.isChosen(column), 0);
      const isOpen = isPrefix ? this.needle !== "" || this.opened.has(key) : !this.folded.has(key);
      this.rows.push({ kind: "head", key, title, isPrefix, isOpen, columns, total: all.length, chosen: count(all), picked: count(columns) });
      return isOpen;
    }

    items(kind, columns, isDeep = false) {
      for (const column of columns) this.rows.push({ kind, key: `${kind} ${column.id}`, column, isChosen: kind === "shown" || this.isChosen(column), isDeep });
    }

    /** @param {object[]} shown  in the table's order */
    addShown(shown) {
      const matching = shown.filter((column) => this.matches(column));
      if (matching.length && this.head(SHOWN, SHOWN, matching, { all: shown })) this.items("shown", matching);
    }

    addGroup(group, all) {
      const listed = [];
      for (const column of all) {
        if (this.isLeftOut(column)) this.same[group] = (this.same[group] ?? 0) + 1;
        else if (this.matches(column)) listed.push(column);
      }
      if (!listed.length || !this.head(group, group, listed, { all })) return;
      const isListed = new Set(listed);
      const { own, prefixed } = partsOf(all);
      this.items("column", own.filter((column) => isListed.has(column)));
      for (const [prefix, sharing] of prefixed) this.addPrefix(`${group} ${prefix}`, prefix, sharing, isListed);
    }

    addPrefix(key, prefix, all, isListed) {
      const listed = all.filter((column) => isListed.has(column));
      if (listed.length && this.head(key, prefix, listed, { all, isPrefix: true })) this.items("column", listed, true);
    }
  }

  /**
   * @param {import("./columns.js").Column[]} offered
   * @param {object[]} shown  columns of the table, in its order
   * @param {object} wish
   * @param {string} wish.find  part of a name, without case
   * @param {Set<string>} wish.leftOut  groups of which only columns are listed in which runs differ
   * @param {Set<string>} wish.folded  keys of heads that were folded
   * @param {Set<string>} wish.opened  keys of prefixes that were unfolded
   * @returns {{rows: (Head | Item)[], same: Object<string, number>}}  same: columns left out, by group
   */
  function layOut(offered, shown, wish) {
    const lister = new Lister(shown, wish);
    lister.addShown(shown);
    const groups = groupBy(offered, (column) => column.group);
    for (const group of GROUPS) lister.addGroup(group, groups.get(group) ?? []);
    return { rows: lister.rows, same: lister.same };
  }

  /** Rank of each column among all: groups in their order, then as they came. */
  function placesOf(offered) {
    return new Map(offered.map(({ id, group }, i) => [id, GROUPS.indexOf(group) * offered.length + i]));
  }

  /** Another value of a metric belongs where the metric does. */
  function placeOf(places, id) {
    const own = id.startsWith("metrics:") ? `metrics.${id.slice(id.indexOf(".") + 1)}` : id;
    return places.get(id) ?? places.get(own) ?? Infinity;
  }

  /**
   * Show or hide columns: each new one stands behind the last that belongs before it.
   *
   * @param {string[]} shown  ids, as the table shows them
   * @param {string[]} ids  to show or hide
   * @param {boolean} isShown
   * @param {import("./columns.js").Column[]} offered  in their order
   * @returns {string[]}
   */
  function choose(shown, ids, isShown, offered) {
    const changing = new Set(ids);
    if (!isShown) return shown.filter((id) => !changing.has(id));
    for (const id of shown) changing.delete(id);
    const places = placesOf(offered);
    const least = leastFromHere(shown.map((id) => placeOf(places, id)));
    const added = [...changing].map((id) => [placeOf(places, id), id]).sort(([a], [b]) => a - b);
    const result = [];
    let next = 0;
    for (const [place, id] of added) {
      while (next < shown.length && least[next] <= place) result.push(shown[next++]);
      result.push(id);
    }
    return [...result, ...shown.slice(next)];
  }

  /** The least number from each place on. */
  function leastFromHere(numbers) {
    const least = [...numbers];
    for (let i = least.length - 2; i >= 0; i--) least[i] = Math.min(least[i], least[i + 1]);
    return least;
  }

  reporter.columnList = { SHOWN, layOut, choose, nameOf };
  if (typeof module === "object") module.exports = reporter.columnList;
})((globalThis.reporter = globalThis.reporter || {}));
