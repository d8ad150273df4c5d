/** Tables of several experiments put together: merge. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, sparse, ids } = require("./payloads.js");

const { Columns, merge } = load("columns", "merge");
const hex = (n) => String(n).padStart(32, "0");

const first = {
  name: "one",
  n: 3,
  columns: [ids([1, 2, 3].map(hex)), texts("params.lr", ["a", null, "b"]), numbers("metrics.loss", [1, NaN, null], { direction: "min", unit: "nats" })],
};
const second = {
  name: "two",
  n: 2,
  columns: [ids([4, 5].map(hex)), sparse(texts, "params.lr", [null, "b"]), numbers("metrics.acc", [0.5, 0.75]), numbers("metrics.loss", [4, 5], { direction: "max" })],
};

function merged(...tables) {
  const columns = new Columns();
  const made = merge.tables(tables);
  columns.add(made);
  return { columns, made };
}

test("rows of one experiment after the other, each column once", () => {
  const { columns, made } = merged(first, second);
  assert.equal(columns.n, 5);
  const say = (id) => Array.from({ length: 5 }, (_, row) => (columns.get(id).has(row) ? (columns.get(id).isText || columns.get(id).kind === "id" ? columns.get(id).text(row) : columns.get(id).number(row)) : null));
  assert.deepEqual(say("attributes.experiment"), ["one", "one", "one", "two", "two"]);
  assert.deepEqual(say("attributes.run_id"), [1, 2, 3, 4, 5].map(hex));
  assert.deepEqual(say("params.lr"), ["a", null, "b", null, "b"]);
  assert.deepEqual(say("metrics.loss"), [1, NaN, null, 4, 5]);
  assert.deepEqual(say("metrics.acc"), [null, null, null, 0.5, 0.75]);
  assert.deepEqual([...made.ordinals], [0, 1, 2, 0, 1]);
});

test("the first experiment that has a column says what it is", () => {
  const { columns } = merged(first, second);
  assert.deepEqual([columns.get("metrics.loss").direction, columns.get("metrics.loss").unit], ["min", "nats"]);
});

test("a column of another kind elsewhere is left out there, and nothing breaks", () => {
  const { columns } = merged(first, { name: "odd", n: 1, columns: [texts("metrics.loss", ["x"])] });
  assert.equal(columns.get("metrics.loss").has(3), false);
});

test("no experiment is no row", () => {
  assert.equal(merged().columns.n, 0);
});
