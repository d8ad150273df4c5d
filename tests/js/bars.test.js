"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { chooseBars } = require("../../templates/js/lib/bars.js");

const makeRun = (name, value, row) => ({ id: `${row}`.padStart(8, "0") + "f".repeat(24), name, value, row });
const RUNS = [makeRun("a", 2, 0), makeRun("b", 1, 1), makeRun("c", 3, 2), makeRun("d", NaN, 3), makeRun("e", 2, 4)];

const names = ({ bars }) => bars.map(({ name }) => name).join("");

test("the best first, equal ones by age", () => {
  assert.equal(names(chooseBars(RUNS, "min", 9)), "baec");
  assert.equal(names(chooseBars(RUNS, "max", 9)), "caeb");
  assert.equal(names(chooseBars(RUNS, "", 9)), "caeb");
});

test("what has no room or no value is counted", () => {
  const { bars, broken, left } = chooseBars(RUNS, "max", 2);
  assert.deepEqual([bars.length, broken, left], [2, 1, 2]);
});

test("equal names are told apart", () => {
  const { bars } = chooseBars([makeRun("a", 1, 0), makeRun("a", 2, 1), makeRun("b", 3, 2)], "min", 9);
  assert.deepEqual(bars.map(({ label }) => label), ["a · 00000000", "a · 00000001", "b"]);
});

test("no runs", () => {
  assert.deepEqual(chooseBars([], "", 5), { bars: [], broken: 0, left: 0 });
});
