/** Orders of the runs table. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, sparse, ids } = require("./payloads.js");

const { Columns, sort, rows } = load("columns", "sort", "format", "rows");

function order(keys, n, ...payloads) {
  const columns = new Columns();
  columns.add({ n, columns: payloads });
  const table = new rows.Rows(columns);
  table.sort(keys);
  return [...table.shown];
}

const by = (id) => ({ id, descending: false });
const down = (id) => ({ id, descending: true });

test("what is no ordinary number is last in both directions", () => {
  const values = numbers("metrics.a", [NaN, 3, null, -Infinity, 1, Infinity, 2]);
  assert.deepEqual(order([by("metrics.a")], 7, values), [4, 6, 1, 5, 3, 0, 2]);
  assert.deepEqual(order([down("metrics.a")], 7, values), [1, 6, 4, 5, 3, 0, 2]);
});

test("equal values keep their order in both directions", () => {
  const values = numbers("metrics.a", [1, 0, 1, 0, -0]);
  assert.deepEqual(order([by("metrics.a")], 5, values), [1, 3, 4, 0, 2]);
  assert.deepEqual(order([down("metrics.a")], 5, values), [0, 2, 1, 3, 4]);
});

test("values that already ascend take the short way to the same order", () => {
  const values = numbers("metrics.a", [-2, -2, 0, 5]);
  assert.deepEqual(order([by("metrics.a")], 4, values), [0, 1, 2, 3]);
  assert.deepEqual(order([down("metrics.a")], 4, values), [3, 2, 0, 1]);
  assert.deepEqual(order([down("metrics.a")], 3, numbers("metrics.a", [1, 2, Infinity])), [1, 0, 2]);
});

test("texts sort as people do", () => {
  const names = texts("attributes.run_name", ["run-10", "Run-2", "run-1", null, "", "run-02b"]);
  assert.deepEqual(order([by("attributes.run_name")], 6, names), [4, 2, 1, 5, 0, 3]);
  assert.deepEqual(order([down("attributes.run_name")], 6, names), [0, 5, 1, 2, 4, 3]);
});

test("params that are numbers sort by value", () => {
  const lr = texts("params.lr", ["1e-1", "3e-3", "0.01", "nan", null]);
  assert.deepEqual(order([by("params.lr")], 5, lr), [1, 2, 0, 3, 4]);
});

test("several columns, the first foremost", () => {
  const a = texts("params.a", ["y", "x", "y", "x"]);
  const b = numbers("metrics.b", [1, 2, 2, 1]);
  assert.deepEqual(order([by("params.a"), down("metrics.b")], 4, a, b), [1, 3, 2, 0]);
});

test("sparse columns", () => {
  assert.deepEqual(order([down("metrics.a")], 4, sparse(numbers, "metrics.a", [null, 1, null, 2])), [3, 1, 0, 2]);
  assert.deepEqual(order([by("tags.a")], 3, sparse(texts, "tags.a", [null, "b", "a"])), [2, 1, 0]);
});

test("ids sort by their digits", () => {
  assert.deepEqual(order([by("attributes.run_id")], 2, ids(["ff".repeat(16), "0a".repeat(16)])), [1, 0]);
});

test("a column that has not arrived is skipped", () => {
  assert.deepEqual(order([by("metrics.none"), down("metrics.a")], 2, numbers("metrics.a", [1, 2])), [1, 0]);
});

test("no column and no row", () => {
  assert.deepEqual(order([], 3), [0, 1, 2]);
  assert.deepEqual(order([by("metrics.a")], 0, numbers("metrics.a", [])), []);
});

test("it agrees with a comparison on random values", () => {
  const values = Float64Array.from({ length: 5000 }, () => Math.floor(Math.random() * 700) / 7);
  const expected = [...values.keys()].sort((i, j) => values[j] - values[i] || i - j);
  assert.deepEqual(order([down("metrics.a")], 5000, numbers("metrics.a", [...values])), expected);
});

test("clicks", () => {
  const click = sort.clickSort;
  assert.deepEqual(click([], "a", false), [by("a")]);
  assert.deepEqual(click([by("a")], "a", false), [down("a")]);
  assert.deepEqual(click([down("a")], "a", false), [by("a")]);
  assert.deepEqual(click([by("a"), by("b")], "b", false), [down("b")]);
  assert.deepEqual(click([by("a")], "b", true), [by("a"), by("b")]);
  assert.deepEqual(click([by("a"), by("b")], "a", true), [down("a"), by("b")]);
  assert.deepEqual(click([down("a"), by("b")], "a", true), [by("b")]);
  assert.deepEqual(click([by("b")], "a", false, true), [down("a")], "where larger is better, the best comes first");
  assert.deepEqual(click([down("a")], "a", false, true), [by("a")]);
  assert.deepEqual(click([down("a"), by("b")], "a", true, true), [by("a"), by("b")]);
  assert.deepEqual(click([by("a"), by("b")], "a", true, true), [by("b")]);
});

test("an order survives the address", () => {
  const keys = [down("metrics.a,b"), by("params.100%,-x"), by("params.-c")];
  assert.deepEqual(sort.parseSort(sort.printSort(keys)), keys);
  assert.equal(sort.printSort([down("metrics.val_loss"), by("params.lr")]), "-metrics.val_loss,params.lr");
  assert.deepEqual(sort.parseSort(""), []);
});
