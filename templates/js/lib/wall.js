/**
 * A wall of figures: the same picture of many runs, side by side, and one step for all of them.
 *
 * Pure: pictures in, what stands where out. A picture without a step is the same at every step.
 *
 * @typedef {object} Picture
 * @property {string} name  artifact path, or the key of a series
 * @property {number} row  the run's ordinal
 * @property {number|null} step
 * @property {string} [live]  of a figure that is drawn in a frame: the data file that tells how
 * @property {string} path  below the site's root
 * @property {string} small  of its small copy; the same path where there is none
 */
(function (reporter) {
  "use strict";

  /**
   * @param {{names: string[], name: number[], run: number[], step: (number|null)[], path: string[], small?: number[], suffix?: string}} shard
   * @param {(row: number) => string} idOf  run id
   * @returns {Picture[]}
   */
  function decode(shard, idOf) {
    const hasSmall = new Set(shard.small);
    return shard.name.map((place, at) => {
      const short = shard.path[at];
      const row = shard.run[at];
      const path = short.startsWith("/") ? short.slice(1) : `artifacts/${idOf(row)}/${short}`;
      const small = hasSmall.has(at) ? path + shard.suffix : path;
      return { name: shard.names[place], row, step: shard.step[at], path, small };
    });
  }

  /**
   * Figures that need a frame: what is known of each lies in a data file of its own.
   * @param {{name: string[], run: number[], step: (number|null)[], file: string[]}} list
   * @returns {Picture[]}  with `live`, the name of that file, instead of paths
   */
  function decodeLive(list) {
    return list.name.map((name, at) => ({ name, row: list.run[at], step: list.step[at], live: list.file[at] }));
  }

  /**
   * The names there are, the most common first.
   * @param {Picture[]} pictures
   * @returns {{name: string, runs: number}[]}
   */
  function names(pictures) {
    const rows = new Map();
    for (const { name, row } of pictures) rows.set(name, (rows.get(name) || new Set()).add(row));
    const found = [...rows].map(([name, of]) => ({ name, runs: of.size }));
    return found.sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1));
  }

  const REGEX = /^\/(.+)\/(i?)$/;

  /** The regular expression in "/…/" or "/…/i"; null for another text or one that is none. */
  function regexOf(wanted) {
    const found = REGEX.exec(wanted.trim());
    try {
      return found && new RegExp(found[1], found[2]);
    } catch {
      return null;
    }
  }

  /** Whether a name fits what was typed: a pattern with * and ?, a /regular expression/, or a part of the name. */
  function fits(name, wanted) {
    if (name === wanted) return true;
    const regex = regexOf(wanted);
    if (regex) return regex.test(name);
    const lowered = name.toLowerCase();
    const pattern = wanted.trim().toLowerCase();
    if (!/[*?]/.test(pattern)) return lowered.includes(pattern);
    return glob(pattern, lowered);
  }

  /** Match * and ? without a regular expression, in time bounded by the product of the lengths. */
  function glob(pattern, text) {
    let p = 0;
    let t = 0;
    let star = -1;
    let mark = 0;
    while (t < text.length) {
      if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
        p++;
        t++;
      } else if (p < pattern.length && pattern[p] === "*") {
        star = p++;
        mark = t;
      } else if (star >= 0) {
        p = star + 1;
        t = ++mark;
      } else return false;
    }
    while (pattern[p] === "*") p++;
    return p === pattern.length;
  }

  /** Steps of all pictures, ascending. */
  function steps(pictures) {
    const found = new Set(pictures.map(({ step }) => step).filter((step) => step !== null));
    return [...found].sort((a, b) => a - b);
  }

  /**
   * What is seen at a step: of each run and name the picture of that step, else the last before it,
   * else the first.
   * @param {Picture[]} pictures
   * @param {number|null} step  null for the last
   * @returns {Picture[]}
   */
  function at(pictures, step) {
    const chosen = new Map();
    for (const picture of pictures) {
      const key = `${picture.row} ${picture.name}`;
      const known = chosen.get(key);
      if (!known || isNearer(picture.step, known.step, step)) chosen.set(key, picture);
    }
    return [...chosen.values()];
  }

  function isNearer(step, known, wanted) {
    if (step === null || known === null) return false;
    if (wanted === null) return step > known;
    const isDue = step <= wanted;
    if (isDue !== known <= wanted) return isDue;
    return isDue ? step > known : step < known;
  }

  /**
   * Pictures in groups by what their runs have in common; numbers in their order, nothing last.
   * @param {Picture[]} pictures
   * @param {((row: number) => string)|null} labelOf  null for one group
   * @returns {{label: string, pictures: Picture[]}[]}
   */
  function group(pictures, labelOf) {
    if (!labelOf) return pictures.length ? [{ label: "", pictures }] : [];
    const groups = new Map();
    for (const picture of pictures) {
      const label = labelOf(picture.row);
      if (!groups.has(label)) groups.set(label, { label, pictures: [] });
      groups.get(label).pictures.push(picture);
    }
    return [...groups.values()].sort((a, b) => compareLabels(a.label, b.label));
  }

  function compareLabels(a, b) {
    if (!a || !b) return a ? -1 : b ? 1 : 0;
    const difference = Number(a) - Number(b);
    return Number.isNaN(difference) ? (a < b ? -1 : a > b ? 1 : 0) : difference;
  }

  /**
   * At most `most` of the steps, spread evenly, with the first and the last.
   * @param {number[]} all
   * @param {number} most
   * @returns {number[]}
   */
  function spread(all, most) {
    if (all.length <= most) return all;
    return Array.from({ length: most }, (_, place) => all[Math.round((place * (all.length - 1)) / (most - 1))]);
  }

  /**
   * A line for each run and name, a place for each step; pictures without a step stand at every one.
   * @param {Picture[]} pictures
   * @param {number[]} columns  steps
   * @returns {{row: number, name: string, cells: (Picture|null)[]}[]}
   */
  function matrix(pictures, columns) {
    const lines = new Map();
    const places = new Map(columns.map((step, place) => [step, place]));
    for (const picture of pictures) {
      const key = `${picture.row} ${picture.name}`;
      if (!lines.has(key)) lines.set(key, { row: picture.row, name: picture.name, cells: Array(columns.length).fill(null) });
      const { cells } = lines.get(key);
      if (picture.step === null) cells.fill(picture);
      else if (places.has(picture.step)) cells[places.get(picture.step)] = picture;
    }
    return [...lines.values()];
  }

  /** The place among steps whose step is nearest. */
  function nearest(all, step) {
    let best = 0;
    for (let i = 1; i < all.length; i++) if (Math.abs(all[i] - step) < Math.abs(all[best] - step)) best = i;
    return best;
  }

  reporter.wall = { decode, decodeLive, names, fits, steps, at, group, spread, matrix, nearest };
  if (typeof module === "object") module.exports = reporter.wall;
})((globalThis.reporter = globalThis.reporter || {}));
