/**
 * Runs, or groups of them, side by side: which rows the comparison has, where runs differ, and by how much from the baseline.
 *
 * Works on columns as columns.js decodes them and gives texts ready to show; it knows no element and
 * no address. A run here is a row of one experiment's table, a group several of them (see
 * compared_sets.js): its cells say the mean with its interval, and what its runs agree in.
 *
 * @typedef {object} ComparedRun
 * @property {string} id  32 hex digits
 * @property {string} experiment  id of its experiment
 * @property {object} columns  Columns of that experiment
 * @property {number} row  its ordinal there
 * @property {Uint32Array} [rows]  of a group
 *
 * @typedef {object} ComparedCell
 * @property {string} text  as shown; "–" when nothing was logged
 * @property {string} exact  as logged; "" when nothing was
 * @property {""|"na"|"nan"} mark  a CSS class
 * @property {{text: string}} [aside]  groups: "±0.0062"
 * @property {number} [n]  groups: runs with a finite value, where those are not all
 * @property {boolean} isDifferent  from the baseline
 * @property {string} delta  metrics: "−0.0105"; "" for the baseline and where there is none
 * @property {string} percent  "−9.7%", or "−0.91 pt" when the unit is percent
 * @property {""|"up"|"dn"|"ns"} verdict  better or worse, by the metric's declared direction; of groups
 *   only when that can be claimed, else "ns": not significant
 *
 * @typedef {object} ComparedRow
 * @property {string} id  "metrics.val_loss"
 * @property {string} key
 * @property {"metric"|"param"|"tag"|"attribute"} role
 * @property {string} unit
 * @property {string} arrow  "↓", "↑" or ""
 * @property {string} description
 * @property {string} label
 * @property {boolean} differs  between any two of the runs
 * @property {ComparedCell[]} cells  one a run
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./contrast.js");
    require("./outline.js");
    require("./group_cells.js");
  }
  const { format, statistics, contrast, outline, groupCells } = reporter;

  const ROLES = { metrics: "metric", params: "param", tags: "tag", attributes: "attribute" };
  const TITLES = { metric: "Metrics", param: "Params", tag: "Tags", attribute: "Run" };
  const ARROWS = { min: "↓", max: "↑" };

  /** In the column's heading already, or of no use to a reader. */
  const UNCOMPARED = new Set(["run_id", "run_name", "has_page", "parent", "end_time"].map((name) => `attributes.${name}`));

  /** Shorter prefixes of run ids are not looked up: they would soon name several runs. */
  const LEAST_PREFIX = 8;

  /** More groups than this are not each held against the baseline: the table would keep the reader waiting. */
  const MOST_JUDGED = 20;

  /** Of a judgement in a cell; the verdict itself draws more. */
  const CELL_DRAWS = 2000;

  const NOT_LOGGED = Object.freeze({ text: format.MISSING, exact: "", mark: "na" });
  const NO_CHANGE = Object.freeze({ delta: "", percent: "", verdict: "" });

  const roleOf = (id) => ROLES[id.slice(0, id.indexOf(".")).split(":")[0]];

  /**
   * Find the runs that an address names.
   *
   * @param {string[]} prefixes  whole ids, or their first 8 digits or more
   * @param {{experiment: string, columns: object}[]} tables
   * @returns {{runs: ComparedRun[], missing: string[]}}  runs in the order they were named, each once
   */
  function findRuns(prefixes, tables) {
    const wanted = [...new Set(prefixes.map((prefix) => prefix.toLowerCase()))];
    const found = new Map();
    for (const { experiment, columns } of tables) {
      const ids = columns.get("attributes.run_id");
      for (let row = 0; ids && row < columns.n; row++) {
        const id = ids.text(row);
        const prefix = wanted.find((start) => start.length >= LEAST_PREFIX && id.startsWith(start));
        if (prefix && !found.has(prefix)) found.set(prefix, { id, experiment, columns, row });
      }
    }
    const runs = new Map();
    for (const prefix of wanted) if (found.has(prefix)) runs.set(found.get(prefix).id, found.get(prefix));
    return { runs: [...runs.values()], missing: wanted.filter((prefix) => !found.has(prefix)) };
  }

  const isFloat = (column) => column.kind === "number";

  /** A change always carries its sign; none at all has none. */
  function signed(value, decimals, after = "") {
    return (value > 0 ? "+" : "") + format.number(value, decimals) + after;
  }

  /** In percent of the baseline: one decimal is enough to choose by. */
  function shareText(share) {
    const size = Math.abs(share);
    if (size < 0.05) return "~0%";
    return signed(share, size < 100 ? 1 : 0, "%");
  }

  /**
   * How far a value lies from the baseline's.
   *
   * @param {number} value
   * @param {number} base
   * @param {{decimals?: number, unit?: string, direction?: "min"|"max"|""}} [how]
   * @returns {{delta: string, percent: string, verdict: ""|"up"|"dn"}}
   */
  function change(value, base, { decimals, unit = "", direction = "" } = {}) {
    const by = value - base;
    if (!Number.isFinite(by)) return NO_CHANGE;
    if (by === 0) return { delta: "0", percent: "", verdict: "" };
    const share = (100 * by) / Math.abs(base);
    const isShare = Number.isFinite(share) && unit !== "%";
    const isBetter = direction === (by < 0 ? "min" : "max");
    return {
      delta: signed(by, decimals, unit === "%" ? " pt" : ""),
      percent: isShare ? shareText(share) : "",
      verdict: direction ? (isBetter ? "up" : "dn") : "",
    };
  }

  /** Enough digits to tell the values apart and, up to two more, to tell the changes. */
  function decimalsFor(values, base) {
    const finite = values.filter(Number.isFinite);
    const least = format.columnDecimals(finite);
    const changes = finite.map((value) => value - base).filter((by) => Number.isFinite(by) && by !== 0);
    return changes.length ? Math.min(least + 2, Math.max(least, format.columnDecimals(changes))) : least;
  }

  /* Groups */

  const isGroup = ({ rows }) => rows !== undefined && rows.length > 1;

  const isFigure = ({ kind }) => kind === "number" || kind === "duration";

  /** What the runs of a group logged; of a single run its own value. */
  const loggedOf = (column, { row, rows }) => outline.loggedOf(column, rows ?? Uint32Array.of(row));

  /** What stands for a run or a group. */
  function numberOf(column, run) {
    if (!column || !isFloat(column)) return NaN;
    return isGroup(run) ? statistics.describe(loggedOf(column, run)).mean : column.number(run.row);
  }

  function groupCell(column, { rows }, cellOf, decimals) {
    if (isFigure(column)) {
      const figures = statistics.describe(outline.loggedOf(column, rows));
      const cell = groupCells.figureCell(column, figures, { shown: figures.n < contrast.LEAST_RUNS ? "range" : "ci", decimals, size: rows.length });
      return { ...cell, n: figures.n };
    }
    const logged = rows.find((row) => column.has(row));
    if (logged === undefined) return NOT_LOGGED;
    return outline.agree(column, rows) ? cellOf(column, logged) : groupCells.differingCell(column, rows, cellOf);
  }

  /** A change of groups has a colour only when it can be claimed. */
  function judged(found, base, values, direction) {
    if (!found.verdict) return found;
    const claim = contrast.judge(base, values, direction, { count: CELL_DRAWS });
    return claim === "better" || claim === "worse" ? found : { ...found, verdict: "ns" };
  }

  function isSame(cell, other) {
    return cell.exact === other.exact && cell.mark === other.mark;
  }

  function changeOf(columns, runs, numbers, i, baseline, how) {
    const found = change(numbers[i], numbers[baseline], how);
    const isJudged = (isGroup(runs[i]) || isGroup(runs[baseline])) && Number.isFinite(numbers[i] - numbers[baseline]);
    if (!isJudged) return found;
    if (runs.length > MOST_JUDGED) return { ...found, verdict: "" };
    return judged(found, loggedOf(columns[baseline], runs[baseline]), loggedOf(columns[i], runs[i]), how.direction);
  }

  function makeCells(columns, runs, baseline, cellOf) {
    const shown = columns.find(Boolean);
    const numbers = columns.map((column, i) => numberOf(column, runs[i]));
    const how = { decimals: decimalsFor(numbers, numbers[baseline]), unit: shown.unit, direction: shown.direction };
    const said = (column, run) => (isGroup(run) ? groupCell(column, run, cellOf, how.decimals) : cellOf(column, run.row));
    const plain = columns.map((column, i) => (column ? said(column, runs[i]) : NOT_LOGGED));
    const cells = plain.map((cell) => ({ ...cell, mark: cell.mark === "best" ? "" : cell.mark }));
    return cells.map((cell, i) => ({
      ...cell,
      text: Number.isFinite(numbers[i]) && !cell.aside ? format.number(numbers[i], how.decimals) : cell.text,
      isDifferent: !isSame(cell, cells[baseline]),
      ...(i === baseline ? NO_CHANGE : changeOf(columns, runs, numbers, i, baseline, how)),
    }));
  }

  const hasAny = (column, { row, rows }) => (rows ?? [row]).some((one) => column.has(one));

  /** One row; null when none of the runs logged it. */
  function makeRow(id, runs, baseline, cellOf) {
    const columns = runs.map((run) => run.columns.get(id));
    if (!columns.some((column, i) => column && hasAny(column, runs[i]))) return null;
    const shown = columns.find(Boolean);
    const cells = makeCells(columns, runs, baseline, cellOf);
    return {
      id,
      key: shown.key,
      label: shown.aggregate ? `${shown.label} ${shown.word}` : shown.label,
      role: roleOf(id),
      unit: shown.unit,
      arrow: ARROWS[shown.direction] || "",
      description: shown.description,
      differs: cells.some((cell) => !isSame(cell, cells[0])),
      cells,
    };
  }

  /** The column of a metric that shows what was chosen of it, where there is one. */
  function valueId(id, value, runs) {
    if (value === "last" || !id.startsWith("metrics.")) return id;
    const wanted = `metrics:${value}.${id.slice("metrics.".length)}`;
    return runs.some(({ columns }) => columns.byId.has(wanted)) ? wanted : id;
  }

  /** Ids of everything that any of the runs' experiments has a column for, in the order of the tables. */
  function comparedIds(runs) {
    const ids = new Set();
    for (const columns of new Set(runs.map((run) => run.columns))) {
      for (const column of columns.offered()) if (!UNCOMPARED.has(column.id)) ids.add(column.id);
    }
    return [...ids];
  }

  /**
   * The whole comparison.
   *
   * @param {ComparedRun[]} runs
   * @param {number} baseline  place of the baseline among them
   * @param {(column: object, row: number) => import("./cells.js").Cell} cellOf  as the runs table shows it
   * @param {string} [value]  of each metric: "last", or an aggregate that its runs have ("best", "min" …)
   * @returns {{role: string, title: string, rows: ComparedRow[], nDiffering: number}[]}
   *   metrics, params, tags and attributes, those that any run has
   */
  function compareRuns(runs, baseline, cellOf, value = "last") {
    const rows = comparedIds(runs)
      .map((id) => makeRow(valueId(id, value, runs), runs, baseline, cellOf))
      .filter(Boolean);
    return Object.entries(TITLES)
      .map(([role, title]) => ({ role, title, rows: rows.filter((row) => row.role === role) }))
      .filter((section) => section.rows.length)
      .map((section) => ({ ...section, nDiffering: section.rows.filter((row) => row.differs).length }));
  }

  reporter.comparison = { findRuns, compareRuns, change, loggedOf, valueId };
  if (typeof module === "object") module.exports = reporter.comparison;
})((globalThis.reporter = globalThis.reporter || {}));
