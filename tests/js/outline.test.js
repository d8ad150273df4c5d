/** Groups and trees as lines of the table, and what their headings say: outline and group_cells. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, ids } = require("./payloads.js");

const { Columns, outline, groupCells, createCells } = load("columns", "sort", "cells", "groups", "statistics", "outline", "group_cells");

const hex = (n) => String(n).padStart(32, "0");

function makeColumns() {
  const columns = new Columns();
  columns.add({
    n: 6,
    columns: [
      ids([0, 1, 2, 3, 4, 5].map(hex)),
      texts("attributes.parent", [null, hex(0), hex(0), hex(1), hex(9), null]),
      texts("params.model", ["a", "b", "a", "b", "a", "c"]),
      numbers("metrics.acc", [0.5, 0.75, 0.6, 0.85, NaN, null], { direction: "max" }),
    ],
  });
  return columns;
}

const columns = makeColumns();
const acc = columns.get("metrics.acc");
const grouped = () => new outline.GroupOutline(6, [columns.get("params.model")]);
const rows = (...all) => Uint32Array.from(all);

test("headings stand where their first run stood, and runs below those that are open", () => {
  const made = grouped();
  assert.deepEqual([...made.arrange({ shown: rows(5, 4, 3, 2, 1, 0), opened: new Set() })], [8, 6, 7]);
  assert.deepEqual([...made.arrange({ shown: rows(5, 4, 3, 2, 1, 0), opened: new Set([0]) })], [8, 6, 4, 2, 0, 7]);
  assert.deepEqual([...made.sequence()], [5, 4, 2, 0, 3, 1]);
  assert.deepEqual(made.node(6), { level: 1, isOpen: true, rows: rows(4, 2, 0), known: 0 });
  assert.deepEqual([made.node(4).level, made.node(4).isOpen, made.outer(4), made.outer(6)], [2, null, 6, -1]);
});

test("a filter takes runs out of groups, and groups without runs away", () => {
  const made = grouped();
  assert.deepEqual([...made.arrange({ shown: rows(0, 2), opened: new Set([1, 5]) })], [6]);
  assert.deepEqual([...made.arrange({ shown: rows(), opened: new Set() })], []);
});

test("groups are ordered by what their cells show, those without a number last", () => {
  const made = grouped();
  const orderBy = (shown, descending) =>
    made
      .arrange({
        shown: rows(0, 1, 2, 3, 4, 5),
        opened: new Set(),
        order: (found) => made.sorted(found, [{ column: acc, descending }], (column, figures) => groupCells.sortFigure(column, figures, shown, descending)),
      })
      .map((line) => line - 6);
  assert.deepEqual([...orderBy("std", false)], [0, 1, 2]);
  assert.deepEqual([...orderBy("std", true)], [1, 0, 2]);
  assert.deepEqual([...orderBy("best", false)], [0, 1, 2]);
});

test("a tree: children below parents, parents of what the filter shows come with it", () => {
  const made = new outline.TreeOutline(6, outline.parentsOf(columns));
  const all = rows(0, 1, 2, 3, 4, 5);
  assert.deepEqual([...made.arrange({ shown: all, all, opened: new Set() })], [0, 4, 5]);
  assert.deepEqual([...made.arrange({ shown: all, all, opened: new Set([0, 1]) })], [0, 1, 3, 2, 4, 5]);
  assert.deepEqual([made.levelOf(3), made.outer(3), [...made.below(0)]], [3, 1, [1, 3, 2]]);
  assert.deepEqual([...made.arrange({ shown: rows(3), all, opened: new Set([0, 1]) })], [0, 1, 3]);
  assert.equal(made.figuresOf(acc, 0).n, 2);
});

test("runs that are their own grandparents are shown, and nothing hangs", () => {
  const made = new outline.TreeOutline(4, Int32Array.of(2, 0, 1, 3 - 3));
  const all = rows(0, 1, 2, 3);
  const lines = made.arrange({ shown: all, all, opened: new Set(all) });
  assert.deepEqual([...lines].sort(), [0, 1, 2, 3]);
});

test("a chain of parents as long as the table", () => {
  const n = 20000;
  const made = new outline.TreeOutline(n, Int32Array.from({ length: n }, (_, row) => row - 1));
  const all = Uint32Array.from({ length: n }, (_, row) => row);
  assert.equal(made.arrange({ shown: all, all, opened: new Set(all) }).length, n);
  assert.equal(made.below(0).length, n - 1);
});

test("cells of headings", () => {
  const made = grouped();
  made.arrange({ shown: rows(0, 1, 2, 3, 4, 5), opened: new Set() });
  const said = (line, shown) => {
    const { text, aside, mark } = groupCells.figureCell(acc, made.figuresOf(acc, line), { shown, decimals: 3, size: made.node(line).rows.length });
    return [text, aside?.text ?? "", mark];
  };
  assert.deepEqual(said(7, "std"), ["0.800", "±0.071", ""]);
  assert.deepEqual(said(7, "ci"), ["0.800", "", ""], "of two values there is no interval");
  assert.deepEqual(said(7, "range"), ["0.750", "– 0.850", ""]);
  const { figureCell } = groupCells;
  assert.equal(figureCell(acc, made.figuresOf(acc, 7), { shown: "range", decimals: 0, size: 2 }).aside, undefined, "1 – 1 is 1");
  assert.deepEqual(said(7, "best"), ["0.850", "", ""]);
  assert.deepEqual(said(6, "std"), ["0.550", "±0.071", "nan"]);
  assert.deepEqual(said(8, "std"), ["–", "", "na"]);
  const { exact } = groupCells.figureCell(acc, made.figuresOf(acc, 6), { shown: "std", decimals: 3, size: 3 });
  assert.match(exact, /^n 3 · 1 not finite, left out · mean 0\.55 · std 0\.0707/);
});

test("a bootstrap interval stands beside the mean from three values on, and Student's when there are many", () => {
  const columns = new Columns();
  const few = [0.1, 0.2, 0.4, 0.5, 0.6];
  const values = [...few, ...Array.from({ length: 150 }, (_, i) => (i % 10) / 10)];
  columns.add({ n: values.length, columns: [numbers("metrics.acc", values), texts("params.model", values.map((_, i) => (i < 3 ? "a" : i < 5 ? "b" : "c")))] });
  const made = new outline.GroupOutline(values.length, [columns.get("params.model")]);
  made.arrange({ shown: Uint32Array.from(values.keys()), opened: new Set() });
  const acc = columns.get("metrics.acc");
  const said = (line) => groupCells.figureCell(acc, made.figuresOf(acc, line), { shown: "boot", decimals: 2, size: 3 });
  assert.equal(said(values.length).aside.text, "0.10 – 0.40");
  assert.match(said(values.length).exact, /95 % CI 0\.1\d* to 0\.4\d* \(bootstrap, 2,000 draws\)/);
  assert.equal(said(values.length + 1).aside, undefined);
  assert.match(said(values.length + 2).exact, /95 % CI 0\.40\d+ to 0\.49\d+ \(Student’s t: many runs\)/);
});

test("Student's interval stands beside the mean from three values on", () => {
  const columns = new Columns();
  columns.add({ n: 3, columns: [numbers("metrics.acc", [0.7, 0.75, 0.8]), texts("params.model", ["a", "a", "a"])] });
  const made = new outline.GroupOutline(3, [columns.get("params.model")]);
  made.arrange({ shown: rows(0, 1, 2), opened: new Set() });
  const acc = columns.get("metrics.acc");
  const { aside, exact } = groupCells.figureCell(acc, made.figuresOf(acc, 3), { shown: "ci", decimals: 3, size: 3 });
  assert.equal(aside.text, "±0.124");
  assert.match(exact, /95 % CI ±0\.124\d* \(Student’s t\)/);
});

test("a group of many keys is called by their values alone, where it must fit", () => {
  const cell = createCells({ newestMs: 0 });
  const columns = new Columns();
  columns.add({ n: 1, columns: ["a", "b", "c", "d"].map((key, i) => texts(`params.${key}`, [`v${i}`])) });
  const keys = [...columns.byId.values()];
  assert.equal(groupCells.shortName(keys.slice(0, 3), 0, cell), "a v0 · b v1 · c v2");
  assert.equal(groupCells.shortName(keys, 0, cell), "v0 · v1 · v2 · v3");
  assert.equal(groupCells.shortName(keys.slice(0, 1), 0, cell, 0), "v0", "on a phone always");
  assert.equal(groupCells.shortName([], 0, cell, 0), "All runs");
  columns.add({ n: 1, columns: [texts("params.e", [null])] });
  assert.equal(groupCells.shortName([columns.get("params.e")], 0, cell, 0), "without e");
  assert.equal(groupCells.groupName(keys, 0, cell), "a v0 · b v1 · c v2 · d v3");
});

test("names of groups and values that differ within", () => {
  const cell = createCells({ newestMs: 0 });
  const model = columns.get("params.model");
  assert.equal(groupCells.groupName([model], 5, cell), "model c");
  assert.equal(groupCells.groupName([], 5, cell), "All runs");
  const { text, exact } = groupCells.differingCell(model, rows(0, 1, 2, 5), cell);
  assert.deepEqual([text, exact], ["3 values", "a, b, c"]);
  assert.equal(outline.agree(model, rows(0, 2, 4)), true);
  assert.equal(outline.agree(acc, rows(4, 4)), true);
  assert.equal(outline.agree(acc, rows(4, 5)), false);
});

test("names beside each other say in what they differ", () => {
  const said = ["mlp · hidden 8 · lr 1", "mlp · hidden 32 · lr 1", "mlp · hidden 8 · lr 3"];
  assert.deepEqual(groupCells.tellingNames(said), ["hidden 8 · lr 1", "hidden 32 · lr 1", "hidden 8 · lr 3"]);
  assert.deepEqual(groupCells.tellingNames(["h8 lr=1", "h32 lr=1"]), ["h8 lr=1", "h32 lr=1"]);
  assert.deepEqual(groupCells.tellingNames(["mlp", "mlp · hidden 8"]), ["mlp", "mlp · hidden 8"], "nothing would be left");
});
