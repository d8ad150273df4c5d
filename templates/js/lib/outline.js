/**
 * Rows with an outline: groups over their runs, or parents over their children.
 *
 * A line is what the table shows in one row: numbers below `n` are runs, `n + g` is the heading of
 * group g. An outline is given the rows that the filter shows, in the order of the table, and says
 * which lines that makes; `opened` holds the first row of every group, or the parent, that is
 * unfolded. This file knows no element and no address.
 *
 * @typedef {object} Node
 * @property {number} level  1 at the outside
 * @property {boolean | null} isOpen  null when there is nothing to unfold
 * @property {Uint32Array} rows  the runs below it
 * @property {number} known  the row by which it is known in `opened`
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./arrays.js");
    require("./sort.js");
    require("./groups.js");
    require("./statistics.js");
    require("./bootstrap.js");
  }
  const { groups, statistics, bootstrap, sort } = reporter;

  /** What a column's entry is as a number: texts of params stand for the number they say. */
  function numberOf(column, row) {
    if (!column.isText) return column.number(row);
    const entry = column.entryOf(row);
    return entry < 0 || !column.entryNumbers ? NaN : column.entryNumbers[column.values[entry] - 1];
  }

  /** Of a column of numbers that most runs have, straight from its values: groups may be large. */
  function denseOf(column, rows) {
    const { values } = column;
    const found = new Float64Array(rows.length);
    let n = 0;
    for (let i = 0; i < rows.length; i++) if (column.hasEntry(rows[i])) found[n++] = values[rows[i]];
    return found.subarray(0, n);
  }

  /** @returns {ArrayLike<number>} what the rows logged, NaN and infinities included */
  function loggedOf(column, rows) {
    if (!column.isText && !column.isSparse) return denseOf(column, rows);
    const values = [];
    for (const row of rows) if (column.has(row)) values.push(numberOf(column, row));
    return values;
  }

  /** Whether all of the rows say the same, or nothing, in a column. */
  function agree(column, rows) {
    const said = (row) => (column.has(row) ? (column.isText || column.kind === "id" ? column.text(row) : column.number(row)) : null);
    const first = said(rows[0]);
    for (let i = 1; i < rows.length; i++) if (!Object.is(said(rows[i]), first)) return false;
    return true;
  }

  const MOST_COUNTED = 1000;

  /** How many different values the rows logged; of many rows the first thousand are asked. */
  function countDifferent(column, rows) {
    const said = new Set();
    const asked = Math.min(rows.length, MOST_COUNTED);
    for (let i = 0; i < asked; i++) {
      const entry = column.entryOf(rows[i]);
      if (entry >= 0) said.add(column.kind === "id" ? entry : column.values[entry]); // texts by their codes
    }
    return said.size;
  }

  /** Of the mean of a group in a table; the compare page draws more. */
  const TABLE_DRAWS = 2000;

  /** Above, Student's interval is the same to the digits shown, and drawing would keep the reader waiting. */
  const MOST_DRAWN = 100;

  /** Below, there is no interval: that of two values would be thirteen times their deviation. */
  const LEAST_FOR_INTERVAL = 3;

  /** The 95 % confidence interval by bootstrap, found when first asked for; null of too few values. */
  function intervalOf(figures, values) {
    const { n, mean, ci } = figures;
    if (n < LEAST_FOR_INTERVAL) return null;
    if (n > MOST_DRAWN) return { low: mean - ci, high: mean + ci, draws: 0 };
    return bootstrap.mean(values(), TABLE_DRAWS);
  }

  function withInterval(figures, values) {
    let found;
    const ci = figures.n < LEAST_FOR_INTERVAL ? NaN : figures.ci;
    return { ...figures, ci, interval: () => (found === undefined ? (found = intervalOf(figures, values)) : found) };
  }

  /** Statistics of each group and column, found once and kept until the rows are others. */
  class Figures {
    constructor() {
      this.byColumn = new Map();
    }

    of(column, key, rows) {
      if (!this.byColumn.has(column)) this.byColumn.set(column, new Map());
      const known = this.byColumn.get(column);
      if (!known.has(key)) known.set(key, withInterval(statistics.describe(loggedOf(column, rows)), () => loggedOf(column, rows)));
      return known.get(key);
    }
  }

  /** Groups of one or more columns, each a heading over its runs. */
  class GroupOutline {
    /**
     * @param {number} n  runs of the table
     * @param {import("./columns.js").Column[]} keys
     */
    constructor(n, keys) {
      this.n = n;
      this.keys = keys;
      this.groups = groups.partition(keys, n);
      this.naming = groups.naming(keys, this.groups);
      this.order = [];
    }

    /**
     * @param {object} wish
     * @param {Uint32Array} wish.shown  rows that pass the filter, in the order of the table
     * @param {Set<number>} wish.opened
     * @param {(groups: Uint32Array) => Uint32Array} [wish.order]  of groups, given by their first runs
     * @returns {Uint32Array}  lines
     */
    arrange({ shown, opened, order = (found) => found }) {
      this.members = groups.members(this.groups, shown);
      this.figures = new Figures();
      this.opened = opened;
      const seen = new Uint8Array(this.groups.count);
      const met = [];
      for (let i = 0; i < shown.length; i++) {
        const group = this.groups.groupOf[shown[i]];
        if (!seen[group]) met.push(group);
        seen[group] = 1;
      }
      this.order = order(Uint32Array.from(met));
      return this.lines(shown.length);
    }

    /** Headings, and the runs of those that are open. */
    lines(most) {
      const lines = new Uint32Array(most + this.order.length);
      let at = 0;
      for (const group of this.order) {
        lines[at++] = this.n + group;
        if (!this.opened.has(this.groups.first[group])) continue;
        for (const row of this.rowsOf(group)) lines[at++] = row;
      }
      return lines.subarray(0, at);
    }

    /** Every row, folded ones included, as the groups have them. */
    sequence() {
      const rows = new Uint32Array(this.members.rows.length);
      let at = 0;
      for (const group of this.order) {
        const own = this.rowsOf(group);
        rows.set(own, at);
        at += own.length;
      }
      return rows;
    }

    rowsOf(group) {
      const { starts, rows } = this.members;
      return rows.subarray(starts[group], starts[group + 1]);
    }

    /** @returns {Node} */
    node(line) {
      if (line < this.n) return { level: 2, isOpen: null, rows: Uint32Array.of(line), known: -1 };
      const known = this.groups.first[line - this.n];
      return { level: 1, isOpen: this.opened.has(known), rows: this.rowsOf(line - this.n), known };
    }

    /** The line one level out; -1 at the outside. */
    outer(line) {
      return line < this.n ? this.n + this.groups.groupOf[line] : -1;
    }

    isHeading(line) {
      return line >= this.n;
    }

    figuresOf(column, line) {
      return this.figures.of(column, line, this.node(line).rows);
    }

    /** Everything by which a group can be known in an address. */
    knownRows() {
      return [...this.order].map((group) => this.groups.first[group]);
    }

    /**
     * Order the groups: by a figure where the column has numbers, else by their first run.
     *
     * @param {Uint32Array} order  groups, by their first run
     * @param {{column: object, descending: boolean}[]} keys  the foremost first
     * @param {(column: object, figures: import("./statistics.js").Statistics) => number} figure
     */
    sorted(order, keys, figure) {
      const ranks = new Map();
      const wanted = keys.filter(({ column }) => column && column.isNumeric);
      for (const { column } of wanted) {
        const values = new Float64Array(this.groups.count).fill(NaN);
        for (const group of order) values[group] = figure(column, this.figuresOf(column, this.n + group));
        ranks.set(column.id, sort.rankNumbers(values));
      }
      // A column of texts orders the groups by their first run, which they stand in already.
      const leading = keys.length && wanted.length && wanted[0].column === keys[0].column;
      if (!leading) return order;
      return sort.sortRows(order, wanted.map(({ column, descending }) => ({ id: column.id, descending })), (id) => ranks.get(id));
    }
  }

  /** Runs below the run that started them. */
  class TreeOutline {
    /**
     * @param {number} n
     * @param {Int32Array} parents  the row of each row's parent; -1 for none
     */
    constructor(n, parents) {
      this.n = n;
      this.parents = withoutCycles(parents);
    }

    /**
     * @param {object} wish
     * @param {Uint32Array} wish.shown  rows that pass the filter; parents that lead to them come with them
     * @param {Uint32Array} wish.all  every row, in the order of the table
     * @param {Set<number>} wish.opened
     * @returns {Uint32Array}  lines
     */
    arrange({ shown, all, opened }) {
      this.opened = opened;
      this.figures = new Figures();
      const isIn = new Uint8Array(this.n);
      for (const row of shown) for (let at = row; at >= 0 && !isIn[at]; at = this.parents[at]) isIn[at] = 1;
      this.children = new Map();
      const roots = [];
      for (const row of all) {
        if (!isIn[row]) continue;
        const parent = this.parents[row];
        if (parent < 0) roots.push(row);
        else if (this.children.has(parent)) this.children.get(parent).push(row);
        else this.children.set(parent, [row]);
      }
      this.roots = roots;
      return Uint32Array.from(this.walk((row) => opened.has(row)));
    }

    /** Depth first, without recursion: a chain of parents may be as long as the table. */
    walk(goesInto) {
      const lines = [];
      const waiting = this.roots.slice().reverse();
      while (waiting.length) {
        const row = waiting.pop();
        lines.push(row);
        const children = goesInto(row) ? this.children.get(row) || [] : [];
        for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i]);
      }
      return lines;
    }

    sequence() {
      return Uint32Array.from(this.walk(() => true));
    }

    levelOf(row) {
      let level = 1;
      for (let at = this.parents[row]; at >= 0; at = this.parents[at]) level++;
      return level;
    }

    below(row) {
      const found = [];
      const waiting = (this.children.get(row) || []).slice().reverse();
      while (waiting.length) {
        const next = waiting.pop();
        found.push(next);
        const children = this.children.get(next) || [];
        for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i]);
      }
      return Uint32Array.from(found);
    }

    /** @returns {Node} */
    node(line) {
      const isParent = this.children.has(line);
      return { level: this.levelOf(line), isOpen: isParent ? this.opened.has(line) : null, rows: isParent ? this.below(line) : Uint32Array.of(line), known: line };
    }

    outer(line) {
      return this.parents[line];
    }

    isHeading() {
      return false;
    }

    figuresOf(column, line) {
      return this.figures.of(column, line, this.below(line));
    }

    knownRows() {
      return [...this.children.keys()];
    }
  }

  /** Damaged data may say that a run is its own grandparent: such a run has no parent here. */
  function withoutCycles(parents) {
    const clean = Int32Array.from(parents);
    const state = new Uint8Array(clean.length); // 1 on the way, 2 known to end
    for (let row = 0; row < clean.length; row++) {
      const path = [];
      let at = row;
      for (; at >= 0 && !state[at]; at = clean[at]) {
        state[at] = 1;
        path.push(at);
      }
      if (at >= 0 && state[at] === 1) clean[at] = -1;
      for (const one of path) state[one] = 2;
    }
    return clean;
  }

  /** The row of each run's parent, by the ids in a column. */
  function parentsOf(columns) {
    const parents = new Int32Array(columns.n).fill(-1);
    const [column, ids] = [columns.get("attributes.parent"), columns.get("attributes.run_id")];
    if (!column || !ids || !column.dictionary.length) return parents;
    const wanted = new Map(column.dictionary.map((id) => [id, -1]));
    for (let row = 0; row < columns.n; row++) {
      const id = ids.text(row);
      if (wanted.has(id)) wanted.set(id, row);
    }
    for (let row = 0; row < columns.n; row++) {
      const parent = column.has(row) ? wanted.get(column.text(row)) : -1;
      if (parent >= 0 && parent !== row) parents[row] = parent;
    }
    return parents;
  }

  reporter.outline = { GroupOutline, TreeOutline, parentsOf, agree, countDifferent, numberOf, loggedOf };
  if (typeof module === "object") module.exports = reporter.outline;
})((globalThis.reporter = globalThis.reporter || {}));
