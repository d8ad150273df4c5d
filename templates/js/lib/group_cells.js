/**
 * What the heading of a group says in a cell, and how groups are ordered by it.
 *
 * Numbers have the digits of their column. Everything that is known of a group is in the exact text,
 * whichever figure the cell shows. This file knows no element.
 *
 * @typedef {"std" | "ci" | "boot" | "range" | "best"} Shown
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./format.js");
    require("./statistics.js");
    require("./outline.js");
  }
  const { format, statistics, outline } = reporter;

  /** What a cell may show, in words. @type {Object<Shown, string>} */
  const SHOWN = {
    std: "mean ± standard deviation",
    ci: "mean ± 95 % confidence (Student’s t)",
    boot: "mean, 95 % confidence (bootstrap)",
    range: "smallest – largest",
    best: "best",
  };

  const MOST_NAMED = 12;

  /** Half a width beside a mean: one digit where those of the column would all be zeros. */
  function widthText(width, mean, column, decimals) {
    const SECOND_MS = 1000;
    if (!Number.isFinite(width)) return "";
    if (column.kind === "duration") return width < SECOND_MS / 2 && mean >= SECOND_MS ? "" : format.duration(width);
    const text = format.number(width, decimals);
    return /e/.test(text) && !/e/.test(format.number(mean, decimals)) ? String(Number(width.toPrecision(1))).replace("-", "−") : text;
  }

  /** How a column writes its numbers. */
  function writer(column, decimals) {
    return column.kind === "duration" ? format.duration : (number) => format.number(number, decimals);
  }

  /** How far the mean may lie, and how that was found. */
  function intervalText({ low, high, draws }) {
    return `95 % CI ${low} to ${high} (${draws ? `bootstrap, ${format.count(draws)} draws` : "Student’s t: many runs"})`;
  }

  /** Everything about a group in a column. */
  function exactText(figures, size, direction, interval) {
    const { n, left, mean, std, ci, min, max } = figures;
    const logged = n + left;
    const parts = [logged < size ? `n ${logged} of ${size} runs` : `n ${size}`];
    if (left) parts.push(`${left} not finite, left out`);
    if (n) parts.push(`mean ${mean}`);
    if (interval) parts.push(intervalText(interval));
    if (n > 1) parts.push(`std ${std}`);
    if (Number.isFinite(ci)) parts.push(`95 % CI ±${ci} (Student’s t)`);
    if (n > 1) parts.push(`min ${min}`, `max ${max}`);
    if (n > 1 && direction) parts.push(`best ${statistics.best(figures, direction)}`);
    return parts.join(" · ");
  }

  const besides = (text) => ({ text, mark: "pm" });

  /** Ends that read alike are said once. */
  function rangeCell(least, most, cell) {
    return least === most ? { ...cell, text: least } : { ...cell, text: least, aside: besides(`– ${most}`) };
  }

  /**
   * @param {import("./columns.js").Column} column
   * @param {import("./statistics.js").Statistics} figures
   * @param {{shown: Shown, decimals: number, size: number}} how  size: runs of the group
   */
  function figureCell(column, figures, { shown, decimals, size }) {
    const interval = shown === "boot" ? figures.interval() : null;
    const exact = exactText(figures, size, column.direction, interval);
    if (!figures.n) return figures.left ? { text: "NaN", exact, mark: "nan" } : { text: format.MISSING, exact: "", mark: "na" };
    const write = writer(column, decimals);
    const mark = figures.left ? "nan" : "";
    if (shown === "range") return rangeCell(write(figures.min), write(figures.max), { exact, mark });
    if (shown === "best") return { text: write(statistics.best(figures, column.direction)), exact, mark };
    const cell = { text: write(figures.mean), exact, mark };
    if (shown === "boot") return interval ? { ...cell, aside: besides(`${write(interval.low)} – ${write(interval.high)}`) } : cell;
    const width = widthText(shown === "ci" ? figures.ci : figures.std, figures.mean, column, decimals);
    return width ? { ...cell, aside: besides(`±${width}`) } : cell;
  }

  /** The number that groups are ordered by: the one their cells show. */
  function sortFigure(column, figures, shown, descending) {
    if (shown === "best") return statistics.best(figures, column.direction);
    if (shown === "range") return descending ? figures.max : figures.min;
    return figures.mean;
  }

  /** Values that differ within a group: how many, and which. */
  function differingCell(column, rows, cell) {
    const count = outline.countDifferent(column, rows);
    const named = [];
    for (const row of rows.subarray(0, MOST_NAMED)) named.push(cell(column, row).text);
    const more = rows.length > MOST_NAMED ? " …" : "";
    return { text: `${count}${rows.length > 1000 ? "+" : ""} value${count === 1 ? "" : "s"}`, exact: [...new Set(named)].join(", ") + more, mark: "na" };
  }

  /**
   * What a group is called: the values of the columns in which groups differ.
   *
   * @param {import("./columns.js").Column[]} columns
   * @param {number} row  of the group
   * @param {(column: object, row: number) => {text: string}} cell
   */
  function groupName(columns, row, cell) {
    const logged = columns.filter((column) => column.has(row));
    const named = logged.length ? logged : columns;
    const parts = named.slice(0, MOST_NAMED).map((column) => `${column.label} ${partText(column, row, cell)}`);
    return [...parts, ...(named.length > MOST_NAMED ? ["…"] : [])].join(SEPARATOR) || "All runs";
  }

  const SEPARATOR = " · ";

  /** Beyond so many keys, their names would leave no room for the values, which tell the groups apart. */
  const MOST_LABELLED = 3;

  /**
   * The name of a group where it must fit into a column: the table's own columns name the values.
   *
   * @param {import("./columns.js").Column[]} columns
   * @param {number} row  of the group
   * @param {(column: object, row: number) => {text: string}} cell
   * @param {number} [mostLabelled]  with more keys than these, values stand alone
   */
  function shortName(columns, row, cell, mostLabelled = MOST_LABELLED) {
    if (columns.length <= mostLabelled || !columns.length) return groupName(columns, row, cell);
    const logged = columns.filter((column) => column.has(row)).slice(0, MOST_NAMED);
    if (!logged.length) return `without ${columns.map(({ label }) => label).join(", ")}`;
    return logged.map((column) => partText(column, row, cell)).join(SEPARATOR);
  }

  /**
   * Names that stand beside each other, without the parts that are the same in all of them.
   *
   * @param {string[]} names  of groups, or of runs, which have one part each
   * @returns {string[]}
   */
  function tellingNames(names) {
    const parts = names.map((name) => name.split(SEPARATOR));
    const isShared = (part) => parts.every((own) => own.includes(part));
    const telling = parts.map((own) => own.filter((part) => !isShared(part)).join(SEPARATOR));
    return telling.every(Boolean) ? telling : names;
  }

  function partText(column, row, cell) {
    if (column.kind === "time") return column.has(row) ? format.timeExact(column.number(row)).slice(0, 10) : format.MISSING;
    return cell(column, row).text;
  }

  reporter.groupCells = { SHOWN, figureCell, exactText, sortFigure, differingCell, groupName, shortName, tellingNames, widthText };
  if (typeof module === "object") module.exports = reporter.groupCells;
})((globalThis.reporter = globalThis.reporter || {}));
