/** Columns decoded from data files. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, sparse, ids } = require("./payloads.js");

const { Columns, aggregateOf, canonicalId } = load("columns");

function columnsOf(n, ...payloads) {
  const columns = new Columns();
  columns.add({ n, columns: payloads });
  return columns;
}

test("a logged NaN is not what was not logged", () => {
  const column = columnsOf(4, numbers("metrics.loss", [1.5, NaN, null, -Infinity])).get("metrics.loss");
  assert.deepEqual([0, 1, 2, 3].map((row) => column.has(row)), [true, true, false, true]);
  assert.deepEqual([0, 1, 2, 3].map((row) => column.number(row)), [1.5, NaN, NaN, -Infinity]);
});

test("an empty text is not what was not logged", () => {
  const column = columnsOf(3, texts("tags.team", ["", null, "blue"])).get("tags.team");
  assert.deepEqual([0, 1, 2].map((row) => column.text(row)), ["", null, "blue"]);
});

test("a sparse column answers for every row", () => {
  const values = [null, 2, null, null, NaN];
  const columns = columnsOf(5, sparse(numbers, "metrics.a", values), sparse(texts, "tags.b", [null, null, "x", null, ""]));
  const a = columns.get("metrics.a");
  assert.deepEqual([0, 1, 2, 3, 4].map((row) => a.has(row)), [false, true, false, false, true]);
  assert.equal(a.number(1), 2);
  assert.equal(a.number(0), NaN);
  const b = columns.get("tags.b");
  assert.deepEqual([0, 1, 2, 3, 4].map((row) => b.text(row)), [null, null, "x", null, ""]);
});

test("ids are 32 hex digits", () => {
  const written = ["00".repeat(15) + "0a", "ff".repeat(16)];
  const column = columnsOf(2, ids(written)).get("attributes.run_id");
  assert.deepEqual([column.text(0), column.text(1)], written);
});

test("params that all read as numbers are numeric, and only then", () => {
  const columns = columnsOf(
    3,
    texts("params.lr", ["1e-3", null, "0.1"]),
    texts("params.depth", ["3", "None", "4"]),
    texts("params.never", [null, null, null]),
    texts("attributes.run_name", ["1", "2", "3"]),
    numbers("attributes.start_time", [1, 2, 3], { kind: "time" }),
    numbers("attributes.duration", [1, 2, 3], { kind: "duration" }),
  );
  const numeric = [...columns.byId.values()].filter((column) => column.isNumeric).map((column) => column.id);
  assert.deepEqual(numeric, ["params.lr", "attributes.duration"]);
});

test("what is offered: no name, no page flag, no parent, no second aggregate", () => {
  const columns = columnsOf(
    1,
    ids(["ab".repeat(16)]),
    texts("attributes.run_name", ["a"]),
    texts("attributes.parent", ["a"]),
    numbers("attributes.has_page", [1]),
    numbers("metrics.loss", [1]),
    numbers("metrics:min.loss", [1]),
    numbers("metrics.odd:min", [1]),
  );
  assert.deepEqual(columns.offered().map(({ id }) => id), ["attributes.run_id", "metrics.loss", "metrics.odd:min"]);
});

test("keys may hold points, slashes and colons", () => {
  const column = columnsOf(1, numbers("metrics.val/a.b:c", [1])).get("metrics.val/a.b:c");
  assert.deepEqual([column.group, column.key, column.label], ["Metrics", "val/a.b:c", "val/a.b:c"]);
});

test("the filter is given codes and values only where they are whole", () => {
  const columns = columnsOf(
    2,
    texts("params.a", ["x", null]),
    sparse(texts, "params.b", ["x", null]),
    numbers("metrics.c", [1, 2]),
    numbers("metrics.d", [1, null]),
  );
  const api = columns.queryApi();
  assert.deepEqual(api.column("params.a").dictionary, ["x"]);
  assert.equal(api.column("params.b").dictionary, undefined);
  assert.deepEqual([...api.column("metrics.c").values], [1, 2]);
  assert.equal(api.column("metrics.d").values, undefined);
  assert.equal(api.column("metrics.none"), null);
  assert.equal(api.columns().length, 4);
});

test("later files add columns", () => {
  const columns = columnsOf(1, numbers("metrics.a", [1]));
  columns.add({ n: 1, columns: [numbers("metrics.b", [2])] });
  assert.equal(columns.get("metrics.b").number(0), 2);
});

test("a metric may be named like an aggregate", () => {
  const columns = columnsOf(1, numbers("metrics.x", [3]), numbers("metrics.x:min", [8]), numbers("metrics:min.x", [1]));
  assert.equal(columns.get("metrics.x:min").number(0), 8);
  assert.equal(columns.get("metrics:min.x").number(0), 1);
  assert.equal(columns.get("metrics:min.x").key, "x");
});

test("older links and filters name aggregates behind the metric", () => {
  const meant = {
    "metrics.val_loss:best": "metrics:best.val_loss",
    "metrics.a.b:c:best_step": "metrics:best_step.a.b:c",
    "metrics:min.x": "metrics:min.x",
    "metrics.x:other": "metrics.x:other",
    "params.x:max": "params.x:max",
  };
  for (const [written, id] of Object.entries(meant)) assert.equal(canonicalId(written), id);
  const columns = columnsOf(1, numbers("metrics.loss", [3]), numbers("metrics:min.loss", [1]));
  assert.equal(columns.get("metrics.loss:min").id, "metrics:min.loss");
  assert.equal(columns.queryApi().column("metrics.loss:min").number(0), 1);
});

test("what is not here is asked for once, and only of metrics", () => {
  const columns = columnsOf(1, numbers("metrics.loss", [3]));
  const asked = [];
  columns.onAsked = (id) => asked.push(id);
  for (const id of ["metrics.loss:min", "metrics:min.loss", "metrics.none", "params.lr:min", "tags.x"]) columns.get(id);
  assert.deepEqual(asked, ["metrics:min.loss"]);
  assert.equal(columns.get("metrics:min.loss"), undefined);
});

test("a column says which of a metric it shows", () => {
  const columns = columnsOf(1, numbers("metrics:best_step.a.b", [3]), numbers("metrics.c", [3]));
  assert.deepEqual([...columns.byId.values()].map(({ word, group, key }) => [word, group, key]), [
    ["step of best", "Metrics", "a.b"],
    ["", "Metrics", "c"],
  ]);
  assert.equal(aggregateOf("params.metrics:x.y"), "");
});

test("columns made in the page hold their numbers as they are", () => {
  const columns = columnsOf(3);
  columns.add({ n: 3, columns: [{ id: "metrics:last10.loss", kind: "number", values: Float64Array.of(1, 0, NaN), missing: Uint8Array.of(2) }] });
  const column = columns.get("metrics:last10.loss");
  assert.deepEqual([0, 1, 2].map((row) => [column.has(row), column.number(row)]), [[true, 1], [false, NaN], [true, NaN]]);
});
