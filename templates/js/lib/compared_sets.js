/**
 * What stands side by side on the compare page: runs, groups of them, or whole experiments.
 *
 * A set is one or more runs of one experiment under one heading. Groups are those of the runs table:
 * they have its names and colours, whichever of their runs stand here.
 * This file knows no element and no address.
 *
 * @typedef {object} Found  a run that was asked for
 * @property {string} id
 * @property {string} experiment
 * @property {import("./columns.js").Columns} columns
 * @property {number} row
 *
 * @typedef {object} ComparedSet
 * @property {string} id  of its first run
 * @property {string} name
 * @property {string} experiment
 * @property {import("./columns.js").Columns} columns
 * @property {number} row  the run by which it is known
 * @property {{color: number, dash: number}} look
 * @property {Uint32Array} rows  ascending
 * @property {boolean} isGroup  whether its heading is that of a group, even of a single run
 */
(function (reporter) {
  "use strict";

  if (typeof module === "object") {
    require("./columns.js");
    require("./sort.js");
    require("./groups.js");
    require("./group_cells.js");
    require("./chart_identity.js");
  }
  const { groups, groupCells } = reporter;

  /** The look of the first, second, … of several: as the table and its charts have it. */
  const lookAt = (place) => reporter.chartIdentity.lookAt(place);

  const RUNS = "";
  const REPEATS = "repeats";
  const EXPERIMENT = "experiment";

  const textOf = (columns, name, row) => columns.get(`attributes.${name}`)?.text(row) ?? "";

  const idOf = (columns, row) => textOf(columns, "run_id", row);

  function setOfRun({ id, experiment, columns, row }) {
    const name = textOf(columns, "run_name", row) || id.slice(0, 8);
    return { id, name, experiment, columns, row, rows: Uint32Array.of(row), look: lookAt(row), isGroup: false };
  }

  /** Runs of one experiment apart from those of others, in the order they were met. */
  function byExperiment(found) {
    const apart = new Map();
    for (const run of found) {
      if (!apart.has(run.experiment)) apart.set(run.experiment, { experiment: run.experiment, columns: run.columns, rows: [] });
      apart.get(run.experiment).rows.push(run.row);
    }
    return [...apart.values()].map((one) => ({ ...one, rows: Uint32Array.from(one.rows).sort() }));
  }

  function keysOf(columns, by) {
    const ids = by === REPEATS ? groups.configurationIds(columns) : by.split(",").filter(Boolean);
    return ids.map((id) => columns.get(id)).filter(Boolean);
  }

  /** Groups of the rows, each known by the first run of the experiment that belongs to it. */
  function splitRows({ experiment, columns, rows }, by) {
    const keys = keysOf(columns, by);
    const { groupOf, first } = groups.partition(keys, columns.n);
    const members = new Map();
    for (const row of rows) {
      const group = groupOf[row];
      if (!members.has(group)) members.set(group, []);
      members.get(group).push(row);
    }
    return [...members].map(([group, own]) => ({ experiment, columns, keys, row: first[group], rows: Uint32Array.from(own), look: lookAt(group) }));
  }

  /** What tells the groups of an experiment apart. */
  function nameGroups(parts, cell) {
    const first = Uint32Array.from(parts, ({ row }) => row);
    const naming = parts.length > 1 ? groups.naming(parts[0].keys, { first }) : parts[0].keys;
    return parts.map((part) => groupCells.groupName(naming, part.row, cell));
  }

  function groupSets(found, by, { cell, experimentName }) {
    const experiments = byExperiment(found);
    return experiments.flatMap((one) => {
      const parts = splitRows(one, by);
      const names = nameGroups(parts, cell);
      const before = experiments.length > 1 ? `${experimentName(one.experiment)}: ` : "";
      return parts.map(({ keys, ...part }, i) => ({ ...part, id: idOf(part.columns, part.row), name: before + names[i], isGroup: true }));
    });
  }

  function experimentSets(found, { experimentName }) {
    return byExperiment(found).map(({ experiment, columns, rows }, place) => {
      return { id: experiment, name: experimentName(experiment), experiment, columns, row: rows[0], rows, look: lookAt(place), isGroup: true };
    });
  }

  /**
   * @param {Found[]} found  the runs that were asked for
   * @param {string} by  "" for each run by itself, "repeats" (everything but the seed), "experiment", or ids of columns
   * @param {{cell: (column: object, row: number) => {text: string}, experimentName: (id: string) => string}} says
   * @returns {ComparedSet[]}
   */
  function makeSets(found, by, says) {
    if (by === RUNS) return found.map(setOfRun);
    return by === EXPERIMENT ? experimentSets(found, says) : groupSets(found, by, says);
  }

  /** Those that were chosen, in the order in which they were; all without a choice. @param {string[]} ids  or their beginnings */
  function chooseSets(sets, ids) {
    if (!ids.length) return sets;
    return ids.map((id) => sets.find((set) => set.id.startsWith(id))).filter(Boolean);
  }

  /**
   * How many of each set there is room for: all of small ones, of large ones the same.
   *
   * @param {number[]} sizes
   * @param {number} most  in all
   * @returns {number[]}
   */
  function shares(sizes, most) {
    const found = sizes.map(() => 0);
    let room = most;
    const order = sizes.map((_, place) => place).sort((a, b) => sizes[a] - sizes[b]);
    order.forEach((place, i) => {
      found[place] = Math.min(sizes[place], Math.ceil(room / (order.length - i)));
      room -= found[place];
    });
    return found;
  }

  /** By what runs can be grouped: params and texts that differ among them. @param {Found[]} found */
  function groupingColumns(found) {
    const offered = new Map();
    for (const { columns, rows } of byExperiment(found)) {
      for (const column of columns.offered()) {
        const isKey = column.isText && ["Params", "Tags"].includes(column.group) && differsIn(column, rows);
        if (isKey && !offered.has(column.id)) offered.set(column.id, column);
      }
    }
    return [...offered.values()];
  }

  function differsIn(column, rows) {
    const said = new Set();
    for (const row of rows) said.add(column.has(row) ? column.text(row) : null);
    return said.size > 1 && said.size < rows.length;
  }

  reporter.comparedSets = { makeSets, chooseSets, shares, groupingColumns, byExperiment, REPEATS, EXPERIMENT };
  if (typeof module === "object") module.exports = reporter.comparedSets;
})((globalThis.reporter = globalThis.reporter || {}));
