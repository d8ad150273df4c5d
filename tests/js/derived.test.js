/** Columns made from histories. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load } = require("./payloads.js");

const { derived, Columns } = load("columns", "downsample", "derived");

const series = (y, { x = y.map((_, i) => i), logged = y.length } = {}) => ({ id: "a", logged, x: Float64Array.from(x), y: Float64Array.from(y) });

test("ids say what they are of, whatever the metrics are named", () => {
  const { ids, parse } = derived;
  assert.deepEqual(parse(ids.last("a.b:min", 10)), { what: "last", key: "a.b:min", count: 10 });
  assert.deepEqual(parse(ids.spark("x")), { what: "spark", key: "x" });
  assert.deepEqual(parse(ids.aggregate("x", "min")), { what: "aggregate", key: "x" });
  assert.equal(ids.aggregate("x", ""), "metrics.x");
  for (const other of ["val_loss", "val.loss", "50%2E.", "a:b"]) {
    assert.deepEqual(parse(ids.at("train.loss", other)), { what: "at", key: "train.loss", other, step: "best_step" });
  }
  assert.equal(parse(ids.at("x", "y", "at_max")).step, "max_step");
});

test("ids of links that are never to rot", () => {
  const { parse } = derived;
  assert.deepEqual(parse("metrics:last10.loss"), { what: "last", key: "loss", count: 10 });
  assert.deepEqual(parse("metrics:at:val_loss.loss"), { what: "at", key: "loss", other: "val_loss", step: "best_step" });
  assert.deepEqual(parse("metrics:at_min:val%2Eloss.loss"), { what: "at", key: "loss", other: "val.loss", step: "min_step" });
  assert.deepEqual(parse("metrics:spark.loss"), { what: "spark", key: "loss" });
});

test("what means nothing is not made", () => {
  for (const id of ["metrics.loss", "metrics:last0.x", "metrics:last1001.x", "metrics:last99999.x", "metrics:odd.x", "metrics:at:.x", "params:min.x"]) {
    assert.equal(derived.parse(id), null, id);
  }
});

test("the mean of the last points, and an estimate where points are missing", () => {
  assert.deepEqual(derived.meanOfLast(series([9, 1, 2, 3]), 3), { value: 2, isExact: true });
  assert.deepEqual(derived.meanOfLast(series([4, 2]), 10), { value: 3, isExact: true });
  assert.deepEqual(derived.meanOfLast(series([4, 2], { logged: 5000 }), 2), { value: 3, isExact: false });
  assert.ok(Number.isNaN(derived.meanOfLast(series([1, NaN]), 2).value));
  assert.equal(derived.meanOfLast(series([]), 2), null);
});

test("the value at a step is the last one logged by then", () => {
  const sparse = series([5, 6, 7, 8], { x: [0, 10, 10, 20] });
  assert.equal(derived.valueAt(sparse, 10).value, 7);
  assert.equal(derived.valueAt(sparse, 15).value, 7);
  assert.equal(derived.valueAt(sparse, 99).value, 8);
  assert.equal(derived.valueAt(sparse, -1), null);
  assert.equal(derived.valueAt(sparse, NaN), null);
  const thinned = { ...sparse, logged: 9000 };
  assert.deepEqual(derived.valueAt(thinned, 10), { value: 7, isExact: true });
  assert.deepEqual(derived.valueAt(thinned, 15), { value: 7, isExact: false });
});

test("a column of what was found", () => {
  const columns = new Columns();
  const found = new Map([[1, { value: 2, isExact: false }], [2, { value: NaN, isExact: true }]]);
  columns.add({ n: 4, columns: [derived.payloadOf("metrics:last10.loss", 4, found, { label: "loss", unit: "nats", direction: "min" })] });
  const column = columns.get("metrics:last10.loss");
  assert.deepEqual([0, 1, 2, 3].map((row) => column.has(row)), [false, true, true, false]);
  assert.deepEqual([column.number(1), column.word, column.unit, column.label], [2, "mean of last 10", "nats", "loss"]);
  assert.deepEqual([...column.payload.estimated], [1]);
});

test("lines fit their box", () => {
  assert.equal(derived.sparkPath(series([1, 0])), "M1.5 1.5L82.5 18.5");
  assert.equal(derived.sparkPath(series([1, NaN])), "");
  assert.equal(derived.sparkPath(series([2, 2, 2])), "M1.5 10L42 10L82.5 10");
  assert.equal(derived.sparkPath(series([0, 1], { x: [0, 0] })), "M1.5 18.5L82.5 1.5");
  assert.match(derived.sparkPath(series([-1.7e308, 1.7e308])), /^M1.5 18.5L82.5 1.5$/);
  const long = derived.sparkPath(series(Array.from({ length: 1000 }, (_, i) => Math.sin(i))));
  assert.ok(long.split("L").length <= 42);
});

test("what a metric can show: best only where a direction is declared, others at whose best step it may be read", () => {
  const ids = (metric, others = []) => derived.choices(metric, others).flatMap(({ items }) => items.map(([id]) => id));
  const loss = { key: "loss", direction: "min" };
  const size = { key: "size", direction: "" };
  assert.ok(ids(loss).includes("metrics:best_step.loss"));
  assert.ok(!ids(size).some((id) => id.startsWith("metrics:best")));
  assert.deepEqual(ids(size, [loss, size]).filter((id) => id.includes(":at")), ["metrics:at:loss.size"]);
  assert.deepEqual(ids(loss, [size]).filter((id) => id.includes(":at")), ["metrics:at_min:size.loss", "metrics:at_max:size.loss"]);
  for (const id of ids(loss, [size])) assert.ok(id === "metrics.loss" || derived.parse(id), id);
});
