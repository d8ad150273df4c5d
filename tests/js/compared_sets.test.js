/** Groups and experiments side by side: which runs, under which names, and what their cells say. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, ids } = require("./payloads.js");
const { Columns, comparedSets, comparison } = load("columns", "sort", "groups", "compare", "compared_sets");
const { createCells } = require("../../templates/js/lib/cells.js");

const cell = createCells({ newestMs: null });

const ACC = [0.93, 0.95, 0.94, 0.96, 0.97, 0.965, 0.5];
const LR = ["1e-3", "1e-3", "1e-3", "1e-2", "1e-2", "1e-2", "1e-1"];

function table(digit = "a") {
  const columns = new Columns();
  columns.add({
    n: ACC.length,
    columns: [
      ids(ACC.map((_, i) => digit + String(i).repeat(31))),
      texts("attributes.run_name", ACC.map((_, i) => `run ${i}`)),
      texts("params.lr", LR),
      texts("params.seed", ["0", "1", "2", "0", "1", "2", "0"]),
      numbers("metrics.acc", ACC, { direction: "max" }),
      numbers("metrics:best.acc", ACC.map((acc) => acc + 0.01), { direction: "max" }),
    ],
  });
  return columns;
}

const foundIn = (columns, experiment, rows) => rows.map((row) => ({ id: columns.get("attributes.run_id").text(row), experiment, columns, row }));

const says = { cell, experimentName: (id) => `experiment ${id}` };
const all = [0, 1, 2, 3, 4, 5, 6];

test("each run is a set of its own, in the order asked for", () => {
  const sets = comparedSets.makeSets(foundIn(table(), "1", [4, 0]), "", says);
  assert.deepEqual(sets.map(({ name, rows, isGroup }) => [name, [...rows], isGroup]), [["run 4", [4], false], ["run 0", [0], false]]);
});

test("everything but the seed makes groups, known by their first run, named by what differs", () => {
  const sets = comparedSets.makeSets(foundIn(table(), "1", all), "repeats", says);
  assert.deepEqual(sets.map(({ name, rows, row }) => [name, [...rows], row]), [["lr 1e-3", [0, 1, 2], 0], ["lr 1e-2", [3, 4, 5], 3], ["lr 1e-1", [6], 6]]);
  assert.ok(sets[1].id.startsWith("a333"));
});

test("a group of some of its runs keeps the colour of the whole", () => {
  const [set] = comparedSets.makeSets(foundIn(table(), "1", [4, 5]), "params.lr", says);
  assert.deepEqual([set.row, [...set.rows]], [3, [4, 5]]);
});

test("groups of several experiments are named by them", () => {
  const [one, two] = [table("a"), table("b")];
  const found = [...foundIn(one, "1", all), ...foundIn(two, "2", all)];
  assert.deepEqual(comparedSets.makeSets(found, "params.lr", says).map(({ name }) => name)[3], "experiment 2: lr 1e-3");
  const experiments = comparedSets.makeSets(found, "experiment", says);
  assert.deepEqual(experiments.map(({ id, name, rows }) => [id, name, rows.length]), [["1", "experiment 1", 7], ["2", "experiment 2", 7]]);
});

test("sets are chosen by the beginnings of their ids", () => {
  const sets = comparedSets.makeSets(foundIn(table(), "1", all), "params.lr", says);
  assert.deepEqual(comparedSets.chooseSets(sets, ["a6666666", "a0000000", "ffffffff"]).map(({ row }) => row), [6, 0]);
  assert.equal(comparedSets.chooseSets(sets, []).length, 3);
});

test("what can group: texts that differ, and not in every run", () => {
  assert.deepEqual(comparedSets.groupingColumns(foundIn(table(), "1", all)).map(({ id }) => id), ["params.lr", "params.seed"]);
  assert.deepEqual(comparedSets.groupingColumns(foundIn(table(), "1", [0, 3])).map(({ id }) => id), []);
});

function rowOf(id, baseline = 0, value = "last") {
  const sets = comparedSets.makeSets(foundIn(table(), "1", all), "params.lr", says);
  return comparison.compareRuns(sets, baseline, cell, value).flatMap(({ rows }) => rows).find((row) => row.id === id);
}

test("a group's metric is its mean, with the interval, and a colour only when it can be claimed", () => {
  const { cells } = rowOf("metrics.acc");
  assert.deepEqual(cells.map(({ text, aside, percent, verdict }) => [text, aside?.text ?? "", percent, verdict]), [
    ["0.940", "±0.025", "", ""],
    ["0.965", "±0.012", "+2.7%", "up"],
    ["0.500", "", "−46.8%", "ns"],
  ]);
});

test("a group's params are what its runs agree in", () => {
  assert.deepEqual(rowOf("params.lr").cells.map(({ text }) => text), ["1e-3", "1e-2", "1e-1"]);
  assert.deepEqual(rowOf("params.seed").cells.map(({ text }) => text), ["3 values", "3 values", "0"]);
});

test("another value of each metric, where there is one", () => {
  const row = rowOf("metrics:best.acc", 0, "best");
  assert.deepEqual([row.label, row.cells[0].text, row.role, row.key], ["acc best", "0.950", "metric", "acc"]);
});

test("small groups are whole, large ones share what room there is", () => {
  assert.deepEqual(comparedSets.shares([58, 50, 48, 44], 200), [58, 50, 48, 44]);
  assert.deepEqual(comparedSets.shares([900, 3, 900], 200), [99, 3, 98]);
  assert.deepEqual(comparedSets.shares(Array(300).fill(1), 200).reduce((sum, n) => sum + n), 200);
  assert.deepEqual(comparedSets.shares([], 200), []);
});
