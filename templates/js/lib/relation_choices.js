/**
 * What a reader chose of experiment charts, and what is chosen for him. In an address, `rel` is a list of
 * "scatter.x:params.lr": kind and slot, then the column (or "on" and "off" of an option, "log" and
 * "linear" of a scale, "min" and "max" of a direction). Lists of columns are joined by "|".
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") require("./columns.js");

  /** Axes of parallel coordinates at first, beside the metric. */
  const MOST_AXES = 6;

  const SYSTEM = "system/";

  /** @param {string[]} texts @returns {Map<string, string>} */
  function parse(texts) {
    const pairs = texts.map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]);
    return new Map(pairs.filter(([name, value]) => name && value));
  }

  /** @param {Map<string, string>} choices @returns {string[]} */
  const print = (choices) => Array.from(choices, ([name, value]) => `${name}:${value}`);

  const splitList = (text) => text.split("|").filter(Boolean).map(decodeURIComponent);
  const joinList = (ids) => ids.map((id) => encodeURIComponent(id).replace(/%(2F|3A|40)/g, decodeURIComponent)).join("|");

  /** Columns that charts may use, those that differ first. @param {import("./columns.js").Columns} columns */
  function usable(columns) {
    const found = columns.offered().filter(({ kind }) => kind !== "id");
    return [...found.filter(({ differs }) => differs), ...found.filter(({ differs }) => !differs)];
  }

  const inGroup = (columns, group) => usable(columns).filter((column) => column.group === group);

  /** The metric that the experiment is about: the first of the table that is none of the machine's. */
  function leadingMetric(columns) {
    const metrics = [...columns.byId.values()].filter(({ id }) => id.startsWith("metrics."));
    return metrics.find(({ key }) => !key.startsWith(SYSTEM)) ?? metrics[0];
  }

  /** Its best value where one is known to be, else its last one. @param {Set<string>} series  metrics with histories */
  function defaultGoal(columns, series) {
    const leading = leadingMetric(columns);
    if (!leading) return "";
    return leading.direction && series.has(leading.key) ? `metrics:best.${leading.key}` : leading.id;
  }

  /**
   * Params by what they say about the goal, the most telling first; seeds and what does not differ last.
   *
   * @param {import("./columns.js").Columns} columns
   * @param {(column: object) => number} tells  how much a column says, NaN for nothing
   */
  function rankedParams(columns, tells) {
    const params = inGroup(columns, "Params").filter(({ differs }) => differs);
    const size = new Map(params.map((column) => [column, tells(column) || 0]));
    const place = new Map(params.map((column, i) => [column, i]));
    return params.sort((a, b) => size.get(b) - size.get(a) || place.get(a) - place.get(b));
  }

  /** A param that tells little is better than one that no run has together with the first. */
  const LITTLE = 0.01;

  /** The most telling beside the first, by how many runs have both. */
  function secondOf([first, ...others], { tells, together }) {
    const worth = (column) => Math.max(tells(column) || 0, LITTLE) * together(first, column);
    return others.reduce((best, column) => (best && worth(best) >= worth(column) ? best : column), undefined);
  }

  /**
   * What every slot of a kind has at first.
   *
   * @param {{takes: string, default: string}} slot
   * @param {{goal: string, params: object[], time: string, tells: Function, together: Function}} known
   *   `params` as ranked; `tells(column)`; `together(a, b)`, the share of runs that have both
   */
  function defaultOf(slot, known) {
    const { goal, params, time } = known;
    const isNumber = (column) => reporter.fields.kindOf(column) === "number";
    const fitting = slot.takes === "number" ? params.filter(isNumber) : params;
    switch (slot.default) {
      case "goal":
        return goal;
      case "time":
        return time;
      case "param":
        return fitting[0]?.id ?? "";
      case "param2":
        return secondOf(fitting, known)?.id ?? "";
      case "params":
        return joinList([...params.slice(0, MOST_AXES).map(({ id }) => id), ...(goal ? [goal] : [])]);
      default:
        return "";
    }
  }

  reporter.relationChoices = { parse, print, splitList, joinList, usable, leadingMetric, defaultGoal, rankedParams, defaultOf };
  if (typeof module === "object") module.exports = reporter.relationChoices;
})((globalThis.reporter = globalThis.reporter || {}));
