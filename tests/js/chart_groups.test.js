/** Lines of several runs as one, held against a table that numpy and scipy check. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const path = require("node:path");
const { load } = require("./payloads.js");
const cases = require(path.join(__dirname, "..", "shared", "band_cases.json"));

const { chartGroups } = load("draws", "statistics", "chart_groups");
const { combine, hasBand } = chartGroups;

function assertClose(found, wanted, what) {
  assert.equal(found.length, wanted.length, what);
  wanted.forEach((number, i) => {
    if (number === null) assert.ok(Number.isNaN(found[i]), `${what} at ${i}: ${found[i]}`);
    else assert.ok(Math.abs(found[i] - number) <= 1e-9 * Math.max(1, Math.abs(number)), `${what} at ${i}: ${found[i]} is not ${number}`);
  });
}

for (const { name, lines, x, n, bands } of cases) {
  test(`bands: ${name}`, () => {
    for (const [band, wanted] of Object.entries(bands)) {
      const found = combine(lines, band);
      assert.deepEqual([...found.x], x);
      assert.deepEqual([...found.n], n);
      for (const part of ["y", "low", "high"]) assertClose(found[part], wanted[part], `${band} ${part}`);
    }
  });
}

const run = (y, x = y.map((_, i) => i)) => ({ x, y });

test("a run that logged NaN says nothing there, nor on the way to it", () => {
  const { y, n } = combine([run([1, NaN, 3]), run([3, 3, 3]), { x: [0, 0.5, 1, 2], y: [5, 5, 5, 5] }], "std");
  assert.deepEqual([...n], [3, 2, 2, 3]);
  assertClose(y, [3, 4, 4, 11 / 3], "mean");
  assert.deepEqual([...combine([run([NaN, NaN])], "ci").y], [NaN, NaN]);
});

test("infinities are left out, not averaged", () => {
  assertClose(combine([run([1, Infinity]), run([3, 5])], "range").y, [2, 5], "mean");
});

test("of a step that was logged twice the last value counts", () => {
  assertClose(combine([{ x: [0, 1, 1, 2], y: [0, 9, 1, 2] }, run([0, 1, 2])], "range").y, [0, 1, 2], "mean");
});

test("an interval needs three runs, other bands two", () => {
  const two = [run([1, 2]), run([3, 4])];
  assert.equal(hasBand(combine(two, "ci")), false);
  assert.equal(hasBand(combine(two, "boot")), false);
  assert.equal(hasBand(combine(two, "std")), true);
  assert.equal(hasBand(combine(two.slice(1), "range")), false);
});

test("a bootstrapped interval lies around the mean, within the values, and is the same every time", () => {
  const lines = [1, 2, 3, 4, 10].map((value) => run([value, value]));
  const { y, low, high } = combine(lines, "boot");
  assert.deepEqual([...y], [4, 4]);
  assert.ok(low[0] > 1 && low[0] < 4 && high[0] > 4 && high[0] < 10);
  assert.deepEqual([low[0], high[0]], [low[1], high[1]]);
  assert.deepEqual(combine(lines, "boot"), combine(lines, "boot"));
  const medians = combine(lines, "mboot");
  assert.equal(medians.y[0], 3);
  assert.ok([1, 2, 3, 4, 10].includes(medians.low[0]));
});

test("many steps are thinned to some that were logged, the ends among them, and it is said", () => {
  const lines = [0, 1, 2].map((at) => run(Array(2000).fill(at), Array.from({ length: 2000 }, (_, i) => 3 * i + at)));
  const { x, isExact } = combine(lines, "std");
  assert.equal(x.length, 600);
  assert.deepEqual([x[0], x[599]], [0, 6000 - 1]);
  assert.ok(x.every((step) => Number.isInteger(step)));
  assert.equal(isExact, false);
  assert.equal(combine([run([1, 2]), run([3, 4])], "std").isExact, true);
  assert.equal(combine([run([1, 2, 3, 4]), run([3, 4])], "std").isExact, true, "a run that ended early is read at its own steps");
  assert.equal(combine([{ ...run([1, 2]), logged: 900 }], "std").isExact, false);
});

test("within a window only its steps are computed, and one on either side", () => {
  const lines = [0, 1].map((at) => run(Array(100).fill(at)));
  const seen = (window) => [...combine(lines, "std", window).x];
  assert.deepEqual(seen([10, 12]), [9, 10, 11, 12, 13]);
  assert.deepEqual(seen([-5, 0.5]), [0, 1]);
  assert.deepEqual(seen([98.5, 300]), [98, 99]);
  assert.deepEqual(seen([200, 300]), [99]);
});
