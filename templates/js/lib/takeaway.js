/**
 * The table as seen, as a file: CSV, TSV, JSON, LaTeX and Markdown, of runs or of groups.
 *
 * A record is a row to take away: a run's cells as they were logged, or a group's figures. Texts for
 * programs are exact; those for papers have the digits of the page, mean ± margin, and the best in
 * bold, with it every mean that lies within the confidence interval of the best. Logged text stays
 * text in each of them. The escapes of LaTeX are those of reporter/publish/latex.py, see
 * tests/shared/latex_cases.json.
 *
 * @typedef {object} Record
 * @property {string} name
 * @property {string} id  of a run; "" of a group
 * @property {number} row  the run, or the first of the group
 * @property {Uint32Array} [rows]  of a group
 * @property {(column: object) => import("./statistics.js").Statistics | null} [figures]  of a group; null where it has none
 * @property {(column: object) => boolean} [agrees]  whether all runs of the group say the same
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./rows.js");
    require("./format.js");
    require("./statistics.js");
    require("./group_cells.js");
  }
  const { rows: takeAway, format, statistics, groupCells } = reporter;

  const NAME = "attributes.run_name";
  const FIGURES = ["mean", "std", "ci95", "min", "max", "best"];
  const ENDS = { ci95_low: "low", ci95_high: "high" };

  const isNumber = (column) => column.kind === "number" || column.kind === "duration";
  const isText = (column) => column.isText || column.kind === "id";
  const heading = (column) => (column.kind === "duration" ? `${column.id}_ms` : column.id);

  /** "loss", "loss best": what of a metric it is belongs to its name. */
  const titleOf = ({ label, word }) => [label, word].filter(Boolean).join(" ");

  /** A difference always carries its sign. */
  function signed(column, number, decimals) {
    const text = format.number(number, decimals);
    return column.of && number > 0 ? `+${text}` : text;
  }

  function spelled(number) {
    if (Number.isFinite(number)) return String(number);
    return Number.isNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf";
  }

  /** What is said of a group; with bootstrap intervals their ends too. */
  const figureNames = (margin) => (margin === "boot" ? [...FIGURES, ...Object.keys(ENDS)] : FIGURES);

  function figureOf(figures, name, direction) {
    if (name in ENDS) return figures.interval()?.[ENDS[name]] ?? NaN;
    if (name === "ci95") return figures.ci;
    return name === "best" ? statistics.best(figures, direction) : figures[name];
  }

  /* Tables for programs */

  /** Cells of one column: of a group, one for each figure. */
  function programCells(column, record, names) {
    const figures = record.figures?.(column);
    if (figures) return [figures.n, ...names.map((name) => figureOf(figures, name, column.direction))].map((value) => (Number.isNaN(value) ? "" : spelled(value)));
    if (record.rows && !record.agrees(column)) return [""];
    return [takeAway.plainValue(column, record.row)];
  }

  function programHeads(column, isGrouped, names) {
    if (!isGrouped || !isNumber(column)) return [heading(column)];
    return [`${heading(column)}:n`, ...names.map((name) => (name === "mean" ? heading(column) : `${heading(column)}:${name}`))];
  }

  function programTable(columns, records, margin) {
    const names = figureNames(margin);
    const isGrouped = records.some(({ rows }) => rows);
    const others = columns.filter(({ id }) => id !== NAME);
    const own = isGrouped ? ["group", "n"] : ["run_id", "name"];
    const heads = [...own, ...others.flatMap((column) => programHeads(column, isGrouped, names))];
    const body = records.map((record) => {
      const first = isGrouped ? [record.name, String(record.rows.length)] : [record.id, record.name];
      return [...first, ...others.flatMap((column) => programCells(column, record, names))];
    });
    return [heads, ...body];
  }

  const toCsv = (columns, records, { margin } = {}) => programTable(columns, records, margin).map((cells) => `${cells.map(takeAway.csvField).join(",")}\r\n`).join("");

  const toTsv = (columns, records, { margin } = {}) => `${programTable(columns, records, margin).map((cells) => cells.map(takeAway.tsvField).join("\t")).join("\n")}\n`;

  /** JSON has no NaN: what is not finite is its name. */
  function jsonNumber(number) {
    return Number.isFinite(number) ? number : spelled(number);
  }

  function jsonValue(column, record, names) {
    const figures = record.figures?.(column);
    if (figures) {
      const values = names.map((name) => [name, figureOf(figures, name, column.direction)]);
      return { n: figures.n, not_finite: figures.left, ...Object.fromEntries(values.map(([name, value]) => [name, Number.isFinite(value) ? value : null])) };
    }
    if (!column.has(record.row) || (record.rows && !record.agrees(column))) return null;
    if (isText(column) || column.kind === "time") return takeAway.plainValue(column, record.row);
    return jsonNumber(column.number(record.row));
  }

  function toJson(columns, records, { idOf, margin }) {
    const others = columns.filter(({ id }) => id !== NAME);
    const objects = records.map((record) => ({
      ...(record.rows ? { group: record.name, n: record.rows.length, run_ids: Array.from(record.rows, idOf) } : { run_id: record.id, name: record.name }),
      ...Object.fromEntries(others.map((column) => [heading(column), jsonValue(column, record, figureNames(margin))])),
    }));
    return `${JSON.stringify(objects, null, 1)}\n`;
  }

  /* Tables for people */

  /** Columns that say something about every record: a group's runs must agree, or be numbers. */
  function readable(columns, records) {
    const isSaid = (column) => records.every((record) => !record.rows || record.figures(column) || record.agrees(column));
    return columns.filter((column) => column.id !== NAME && isSaid(column));
  }

  function meanOf(column, record, margin) {
    const figures = record.figures?.(column);
    const interval = figures && margin === "boot" ? figures.interval() : null;
    if (figures) return { mean: figures.n ? figures.mean : figures.left ? NaN : null, ci: figures.ci, std: figures.std, interval };
    return { mean: column.has(record.row) ? column.number(record.row) : null, ci: NaN, std: NaN };
  }

  /** Which records are set in bold: the best, and what its confidence interval does not tell from it. */
  function boldOf(values, direction, decimals) {
    const finite = values.filter(({ mean }) => mean !== null && Number.isFinite(mean));
    if (!direction || !finite.length) return () => false;
    const sign = direction === "min" ? 1 : -1;
    const best = finite.reduce((found, value) => (value.mean * sign < found.mean * sign ? value : found));
    const margin = Number.isFinite(best.ci) ? best.ci : 0;
    const { low, high } = best.interval ?? { low: best.mean - margin, high: best.mean + margin };
    const printed = format.number(best.mean, decimals);
    return ({ mean }) => mean !== null && Number.isFinite(mean) && ((mean >= low && mean <= high) || format.number(mean, decimals) === printed);
  }

  /** @returns {{text: string, margin: string, isBold: boolean, isNumber: boolean}[]}  one a record */
  function printedColumn(column, records, { cell, margin }) {
    if (column.kind !== "number") {
      return records.map((record) => ({ text: record.figures?.(column) ? format.duration(record.figures(column).mean) : cell(column, record.row).text, margin: "", isBold: false, isNumber: false }));
    }
    const values = records.map((record) => meanOf(column, record, margin));
    const decimals = format.columnDecimals(values.map(({ mean }) => mean).filter((mean) => mean !== null && Number.isFinite(mean)));
    const isBold = boldOf(values, column.direction, decimals);
    return values.map((value) => ({
      text: signed(column, value.mean, decimals),
      interval: value.interval ? [value.interval.low, value.interval.high].map((end) => signed(column, end, decimals)) : null,
      margin: margin in value ? groupCells.widthText(value[margin], value.mean, column, decimals) : "",
      isBold: isBold(value),
      isNumber: value.mean !== null,
    }));
  }

  const LATEX = new Map(
    Object.entries({
      "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", $: "\\$", "&": "\\&", "#": "\\#", "%": "\\%", _: "\\_",
      "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}", "–": "--",
    }),
  );

  /** What LaTeX would read as its own becomes text. */
  function escapeLatex(text) {
    return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]|(?! )\p{Zs}/gu, " ").replace(/[\\{}$&#%_~^<>|–]/g, (letter) => LATEX.get(letter));
  }

  function inMath(text) {
    const [mantissa, power] = text.replace("−", "-").replaceAll(",", "{,}").split("e");
    return power === undefined ? mantissa : `${mantissa} \\times 10^{${power.replace("−", "-")}}`;
  }

  const NOT_FINITE = { NaN: "NaN", "+∞": "$\\infty$", "−∞": "$-\\infty$" };

  function latexCell({ text, margin, interval, isBold, isNumber: isSet }) {
    if (!isSet) return escapeLatex(text);
    if (text in NOT_FINITE) return NOT_FINITE[text];
    const mean = isBold ? `\\mathbf{${inMath(text)}}` : inMath(text);
    if (interval) return `$${mean}$ [$${inMath(interval[0])}$, $${inMath(interval[1])}$]`;
    return `$${mean}${margin ? ` \\pm ${inMath(margin)}` : ""}$`;
  }

  function latexHead(column) {
    const { of, unit, direction } = column;
    return `${of ? "$\\Delta$ " : ""}${escapeLatex(titleOf(column))}${unit ? ` (${escapeLatex(unit)})` : ""}${LATEX_ARROWS[direction] ?? ""}`;
  }

  /** Letters that need a font of their own: neither Latin nor the punctuation that LaTeX sets by itself. */
  const BEYOND_PDFLATEX = /[^\u0000-\u024f\u2010-\u2026]/u;
  const OTHER_LETTERS = "% Has letters beyond Latin: set it with LuaLaTeX or XeLaTeX and a font that has them.";

  const LATEX_ARROWS = { min: " $\\downarrow$", max: " $\\uparrow$", "": "" };
  const MARGINS = {
    std: "Mean $\\pm$ standard deviation.",
    ci: "Mean $\\pm$ 95\\,\\% confidence (Student's t).",
    boot: "Mean [95\\,\\% confidence interval (percentile bootstrap)].",
  };

  function toLatex(columns, records, { cell, margin = "std", caption = "" }) {
    const shown = readable(columns, records);
    const isGrouped = records.some(({ rows }) => rows);
    const printed = shown.map((column) => printedColumn(column, records, { cell, margin: isGrouped ? margin : "" }));
    const heads = shown.map((column) => latexHead(column));
    const counted = isGrouped ? ["n"] : [];
    const body = records.map((record, i) => {
      const n = isGrouped ? [`$${record.rows.length}$`] : [];
      return `    ${[escapeLatex(record.name), ...n, ...printed.map((cells) => latexCell(cells[i]))].join(" & ")} \\\\`;
    });
    const said = isGrouped && margin in MARGINS ? ` ${MARGINS[margin]}` : "";
    const bold = shown.some(({ direction }) => direction) ? ` Bold: the best${isGrouped ? ", and what lies within its 95\\,\\% confidence interval" : ""}.` : "";
    return [
      "% Needs \\usepackage{booktabs} in the preamble.",
      ...([caption, ...heads, ...body].some((text) => BEYOND_PDFLATEX.test(text)) ? [OTHER_LETTERS] : []),
      "\\begin{table}",
      "  \\centering",
      `  \\caption{${escapeLatex(caption)}.${said}${bold}}`,
      `  \\begin{tabular}{l${isGrouped ? "r" : ""}${shown.map((column) => (column.isNumeric ? "r" : "l")).join("")}}`,
      "    \\toprule",
      `    ${[isGrouped ? "group" : "run", ...counted, ...heads].join(" & ")} \\\\`,
      "    \\midrule",
      ...body,
      "    \\bottomrule",
      "  \\end{tabular}",
      "\\end{table}",
      "",
    ].join("\n");
  }

  /** Marks of Markdown and tags of HTML become text. */
  function escapeMarkdown(text) {
    return text.replace(/[\\`*_{}[\]<>|#~&!]/g, "\\$&").replace(/\s+/g, " ");
  }

  function markdownCell({ text, margin, interval, isBold }) {
    const mean = escapeMarkdown(text);
    return `${isBold ? `**${mean}**` : mean}${interval ? ` (${interval.join(" – ")})` : margin ? ` ± ${margin}` : ""}`;
  }

  function markdownHead(column) {
    const title = escapeMarkdown(titleOf(column));
    return `${column.of ? "Δ " : ""}${title}${column.unit ? ` (${escapeMarkdown(column.unit)})` : ""}`;
  }

  function toMarkdown(columns, records, { cell, margin = "std" }) {
    const shown = readable(columns, records);
    const isGrouped = records.some(({ rows }) => rows);
    const printed = shown.map((column) => printedColumn(column, records, { cell, margin: isGrouped ? margin : "" }));
    const line = (cells) => `| ${cells.join(" | ")} |`;
    const heads = [isGrouped ? "group" : "run", ...(isGrouped ? ["n"] : []), ...shown.map((column) => markdownHead(column))];
    const rules = ["---", ...(isGrouped ? ["--:"] : []), ...shown.map((column) => (column.isNumeric ? "--:" : "---"))];
    const body = records.map((record, i) => {
      const n = isGrouped ? [String(record.rows.length)] : [];
      return line([escapeMarkdown(record.name), ...n, ...printed.map((cells) => markdownCell(cells[i]))]);
    });
    return `${[line(heads), line(rules), ...body].join("\n")}\n`;
  }

  /** By name: how a table is written, and what its file is. */
  const FORMATS = {
    csv: { label: "CSV", type: "text/csv", write: toCsv },
    tsv: { label: "TSV, for spreadsheets", type: "text/tab-separated-values", write: toTsv },
    json: { label: "JSON", type: "application/json", write: toJson },
    md: { label: "Markdown", type: "text/markdown", write: toMarkdown },
    tex: { label: "LaTeX (booktabs)", type: "text/x-tex", write: toLatex },
  };

  reporter.takeaway = { FORMATS, toCsv, toTsv, toJson, toLatex, toMarkdown, escapeLatex, escapeMarkdown };
  if (typeof module === "object") module.exports = reporter.takeaway;
})((globalThis.reporter = globalThis.reporter || {}));
