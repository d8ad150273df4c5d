/** Columns decoded from data files. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts, sparse, ids } = require("./payloads.js");

const { Columns } = load("columns");

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
    numbers("metrics.loss:min", [1]),
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
