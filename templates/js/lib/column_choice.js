/**
 * Which columns are shown, and how the panel that chooses them is laid out.
 *
 * Columns are grouped as in the table (Run, Params, Metrics, Tags) and, within a group, by the part
 * of their key before the first slash. This file knows no element.
 *
 * @typedef {object} Section
 * @property {string} title  "Params" or "system/"
 * @property {boolean} isPrefix  folded until wanted
 * @property {object[]} columns  that match, all of them
 * @property {number} total  columns of the section, matching or not
 * @property {number} chosen  how many of the total are shown in the table
 * @property {object[]} listed  what the panel lists of `columns`
 */
(function (reporter) {
  "use strict";

  const GROUPS = ["Run", "Params", "Metrics", "Tags"];

  /** A prefix is worth a section of its own when so many columns share it. */
  const MIN_SHARING = 2;

  /** More is found by name: the panel must stay small in the document at 12,000 columns. */
  const MAX_LISTED = 100;
  const MAX_SECTIONS = 24;

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

  /** Columns of one group by section: those without a shared prefix first. */
  function sectionsOf(group, columns) {
    const byPrefix = groupBy(columns, prefixOf);
    const own = [];
    const sections = [];
    for (const [prefix, sharing] of byPrefix) {
      if (prefix === "" || sharing.length < MIN_SHARING) own.push(...sharing);
      else sections.push({ title: prefix, isPrefix: true, all: sharing });
    }
    return own.length ? [{ title: group, isPrefix: false, all: own }, ...sections] : sections;
  }

  /**
   * Lay out the panel.
   *
   * @param {import("./columns.js").Column[]} offered
   * @param {object} wish
   * @param {string} wish.find  part of a key, without case
   * @param {boolean} wish.onlyDiffering  leave out params that are the same in all runs
   * @param {Set<string>} wish.chosen  ids of the columns shown
   * @param {Set<string>} wish.opened  titles of prefix sections that were unfolded
   * @returns {{sections: Section[], same: number, unlisted: number}}
   *   same: params left out; unlisted: columns that match but did not fit
   */
  function layOut(offered, { find, onlyDiffering, chosen, opened }) {
    const needle = find.trim().toLowerCase();
    const isSame = (column) => onlyDiffering && column.group === "Params" && !column.differs && !chosen.has(column.id);
    const matches = (column) => !isSame(column) && `${column.id} ${column.label}`.toLowerCase().includes(needle);
    const groups = groupBy(offered, (column) => column.group);
    const all = GROUPS.flatMap((group) => sectionsOf(group, groups.get(group) || []));
    const sections = all
      .map(({ title, isPrefix, all: columns }) => ({
        title,
        isPrefix,
        total: columns.length,
        chosen: columns.filter(({ id }) => chosen.has(id)).length,
        columns: columns.filter(matches),
      }))
      .filter((section) => section.columns.length);
    const unlisted = listWithin(sections, (section) => !section.isPrefix || needle !== "" || opened.has(section.title));
    return { sections: sections.slice(0, MAX_SECTIONS), same: offered.filter(isSame).length, unlisted };
  }

  /** Give each open section what still fits; @returns {number} how many columns did not fit */
  function listWithin(sections, isOpen) {
    let room = MAX_LISTED;
    let unlisted = 0;
    sections.forEach((section, i) => {
      const fits = i < MAX_SECTIONS;
      section.isOpen = isOpen(section);
      section.listed = fits && section.isOpen ? section.columns.slice(0, room) : [];
      room -= section.listed.length;
      if (section.isOpen || !fits) unlisted += section.columns.length - section.listed.length;
    });
    return unlisted;
  }

  /**
   * Show or hide columns: a new one joins its group, at its place in the order of all columns.
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
    const places = new Map(offered.map(({ id, group }, i) => [id, GROUPS.indexOf(group) * offered.length + i]));
    const result = [...shown];
    const present = new Set(shown);
    for (const id of ids.filter((one) => !present.has(one))) insert(result, id, places);
    return result;
  }

  /** Put an id behind the last one that belongs before it. */
  function insert(shown, id, places) {
    let at = shown.length;
    while (at > 0 && places.get(shown[at - 1]) > places.get(id)) at--;
    shown.splice(at, 0, id);
  }

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

  reporter.columnChoice = { layOut, choose, isConstant, toAddress, fromAddress };
  if (typeof module === "object") module.exports = reporter.columnChoice;
})((globalThis.reporter = globalThis.reporter || {}));
