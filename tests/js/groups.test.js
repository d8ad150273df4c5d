/** Groups of runs and what they say together, held against tables that Python checks too. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const path = require("node:path");
const { load, numbers, texts, sparse } = require("./payloads.js");
const statisticsCases = require(path.join(__dirname, "..", "shared", "statistics_cases.json"));
const repetitionCases = require(path.join(__dirname, "..", "shared", "repetition_cases.json"));

const { Columns, statistics, groups } = load("columns", "sort", "statistics", "groups");

const close = (found, wanted, what) =>
  wanted === null
    ? assert.ok(Number.isNaN(found), `${what}: ${found}`)
    : assert.ok(Math.abs(found - wanted) <= 1e-9 * Math.abs(wanted), `${what}: ${found} is not ${wanted}`);

test("statistics are those of numpy and scipy", () => {
  for (const { values, n, left, ...wanted } of statisticsCases.cases) {
    const found = statistics.describe(values.map((value) => (value === "nan" ? NaN : value === "inf" ? Infinity : value === "-inf" ? -Infinity : value)));
    assert.deepEqual([found.n, found.left], [n, left]);
    for (const name of ["mean", "std", "ci", "min", "max"]) close(found[name], wanted[name], `${name} of ${values.slice(0, 5)}`);
  }
});

test("Student's t to nine digits, from 1 to 99,999 degrees of freedom", () => {
  for (const [freedom, t] of Object.entries(statisticsCases.t)) close(statistics.studentT(Number(freedom)), t, freedom);
});

test("the best follows the direction", () => {
  const found = statistics.describe([1, 2, 6]);
  assert.deepEqual([statistics.best(found, "min"), statistics.best(found, "max"), statistics.best(found, "")], [1, 6, 3]);
});

/** A table of params, as the builder makes it. */
function table(params) {
  const keys = [...new Set(params.flatMap(Object.keys))];
  const columns = new Columns();
  columns.add({ n: params.length, columns: keys.map((key) => texts(`params.${key}`, params.map((one) => one[key] ?? null))) });
  return columns;
}

function membersOf(partition, n) {
  const { starts, rows } = groups.members(partition, Uint32Array.from({ length: n }, (_, row) => row));
  return Array.from({ length: partition.count }, (_, group) => [...rows.subarray(starts[group], starts[group + 1])]);
}

test("everything but the seed is found as the builder finds it", () => {
  for (const { params, repetitions, groups: wanted } of repetitionCases) {
    const columns = table(params);
    const ids = groups.configurationIds(columns);
    const left = [...columns.byId.keys()].filter((id) => !ids.includes(id)).map((id) => id.slice(7));
    assert.deepEqual(left.sort(), repetitions);
    assert.deepEqual(membersOf(groups.partition(ids.map((id) => columns.get(id)), params.length), params.length), wanted);
  }
});

test("any column makes groups: sparse texts, numbers with NaN, days", () => {
  const DAY = 86400000;
  const columns = new Columns();
  columns.add({
    n: 5,
    columns: [
      sparse(texts, "tags.team", ["red", null, null, "red", null]),
      numbers("metrics.k", [1, NaN, 1, NaN, null]),
      numbers("attributes.start_time", [DAY, DAY + 5, 2 * DAY, null, 2 * DAY + 1], { kind: "time" }),
    ],
  });
  const by = (...ids) => membersOf(groups.partition(ids.map((id) => columns.get(id)), 5), 5);
  assert.deepEqual(by("tags.team"), [[0, 3], [1, 2, 4]]);
  assert.deepEqual(by("metrics.k"), [[0, 2], [1, 3], [4]]);
  assert.deepEqual(by("attributes.start_time"), [[0, 1], [2, 4], [3]]);
  assert.deepEqual(by("tags.team", "metrics.k"), [[0], [1], [2], [3], [4]]);
});

test("members follow the order and the filter; the first row of a group stays what it is known by", () => {
  const columns = table([{ a: "x" }, { a: "y" }, { a: "x" }, { a: "x" }]);
  const partition = groups.partition([columns.get("params.a")], 4);
  const { starts, rows } = groups.members(partition, Uint32Array.of(3, 1, 2));
  assert.deepEqual([...starts], [0, 2, 3]);
  assert.deepEqual([...rows], [3, 2, 1]);
  assert.deepEqual([...partition.first], [0, 1]);
});

test("columns in which no group differs name none", () => {
  const columns = table([{ a: "x", b: "1" }, { a: "x", b: "2" }]);
  const keys = ["params.a", "params.b"].map((id) => columns.get(id));
  assert.deepEqual(groups.naming(keys, groups.partition(keys, 2)).map(({ id }) => id), ["params.b"]);
});
