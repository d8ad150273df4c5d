/** The list of the panel that chooses columns. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts } = require("./payloads.js");

const { Columns, columnList } = load("columns", "column_list");
const { layOut, choose } = columnList;

function columnsOf(payloads) {
  const columns = new Columns();
  columns.add({ n: 1, columns: payloads });
  return columns;
}

const columns = columnsOf([
  numbers("attributes.start_time", [1], { kind: "time", label: "Started" }),
  texts("params.lr", ["1"], { differs: true }),
  texts("params.optimizer", ["adam"], { differs: false }),
  numbers("metrics.loss", [1]),
  numbers("metrics.same", [1], { differs: false }),
  numbers("metrics.system/cpu", [1]),
  numbers("metrics.system/ram", [1]),
  numbers("metrics.lone/one", [1]),
  texts("tags.team", ["a"], { differs: false }),
  numbers("metrics:best.loss", [1]),
]);
const offered = columns.offered();
const shown = ["metrics:best.loss", "attributes.start_time"].map((id) => columns.get(id));

function listed(wish = {}, table = shown) {
  const none = { find: "", leftOut: new Set(["Params"]), folded: new Set(), opened: new Set() };
  const { rows, same } = layOut(offered, table, { ...none, ...wish });
  const text = (row) => (row.kind === "head" ? `[${row.title} ${row.chosen}/${row.total}]` : `${row.isChosen ? "+" : "-"}${row.column.id.split(".").slice(1)}`);
  return { rows, same, said: rows.map(text).join(" ") };
}

test("what the table shows comes first and in its order, then every column by group", () => {
  const { said, same } = listed();
  assert.equal(
    said,
    "[In the table 2/2] +loss +start_time [Run 1/1] +start_time [Params 0/2] -lr " +
      "[Metrics 1/5] +loss -same -lone/one [system/ 0/2] [Tags 0/1] -team",
  );
  assert.deepEqual(same, { Params: 1 });
});

test("what is the same in all runs is left out of the groups that are asked for, but never what is shown", () => {
  const all = { leftOut: new Set(["Run", "Params", "Metrics", "Tags"]) };
  assert.deepEqual(listed(all).same, { Params: 1, Metrics: 1, Tags: 1 });
  assert.equal(listed({ leftOut: new Set() }).same.Params, undefined);
  assert.deepEqual(listed(all, [columns.get("metrics.same")]).same, { Params: 1, Tags: 1 });
});

test("what is looked for is unfolded, and found although all runs say the same", () => {
  assert.equal(listed({ find: "CPU" }).said, "[Metrics 1/5] [system/ 0/2] -system/cpu");
  assert.equal(listed({ find: "optim" }).said, "[Params 0/2] -optimizer");
  assert.equal(listed({ find: "zzz" }).said, "");
});

test("parts are folded and prefixes unfolded when asked", () => {
  assert.equal(listed({ folded: new Set(["In the table", "Metrics"]) }).said, "[In the table 2/2] [Run 1/1] +start_time [Params 0/2] -lr [Metrics 1/5] [Tags 0/1] -team");
  assert.match(listed({ opened: new Set(["Metrics system/"]) }).said, /\[system\/ 0\/2\] -system\/cpu -system\/ram/);
});

test("a head is about the columns that match", () => {
  const [head] = listed({ find: "system" }).rows;
  assert.deepEqual([head.title, head.columns.length, head.picked], ["Metrics", 2, 0]);
});

test("a column joins its group, at its place; another value of a metric where the metric belongs", () => {
  const ids = ["attributes.start_time", "metrics:best.loss"];
  assert.deepEqual(choose(ids, ["params.lr"], true, offered), ["attributes.start_time", "params.lr", "metrics:best.loss"]);
  assert.deepEqual(choose(ids, ["tags.team", "metrics:best.loss"], true, offered), [...ids, "tags.team"]);
  assert.deepEqual(choose(ids, ["metrics:best.loss"], false, offered), ["attributes.start_time"]);
  assert.deepEqual(choose([], ["metrics.loss", "params.lr"], true, offered), ["params.lr", "metrics.loss"]);
  assert.deepEqual(choose(["tags.team"], ["metrics:best.loss"], true, offered), ["metrics:best.loss", "tags.team"]);
});

test("a column stands behind the last that belongs before it, as the reader has ordered them", () => {
  const ids = ["metrics.loss", "attributes.start_time"];
  assert.deepEqual(choose(ids, ["params.lr"], true, offered), ["metrics.loss", "attributes.start_time", "params.lr"]);
});

test("12,000 columns are listed and chosen at once", () => {
  const many = columnsOf(Array.from({ length: 12000 }, (_, i) => numbers(`metrics.layer${i % 600}/w${i}`, [1]))).offered();
  const ids = many.map(({ id }) => id);
  const half = ids.filter((_, i) => i % 2);
  const start = performance.now();
  const { rows } = layOut(many, [], { find: "w", leftOut: new Set(), folded: new Set(), opened: new Set() });
  const all = choose(half, ids, true, many);
  assert.ok(performance.now() - start < 1000);
  assert.equal(rows.filter(({ kind }) => kind === "column").length, 12000);
  assert.deepEqual(all, ids);
});
