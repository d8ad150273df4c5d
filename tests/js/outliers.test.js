"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { findOutliers, findMiddle } = require("../../templates/js/lib/outliers.js");

const decays = Array.from({ length: 8 }, (_, i) => [2 + i / 10, 1, 0.5, 0.1 + i / 100]);

test("a run that diverged is off the scale of the others", () => {
  assert.deepEqual(findOutliers([...decays, [2, 50, 1e24, NaN]], false), { low: 0.1, high: 2.7, count: 1 });
  assert.deepEqual(findOutliers([...decays, [2, -1e9]], false), { low: 0.1, high: 2.7, count: 1 });
});

test("on a logarithmic scale powers count", () => {
  const { high, count } = findOutliers([...decays, [2, 1e24]], true);
  assert.ok(Math.abs(high - 2.7) < 1e-9);
  assert.equal(count, 1);
  assert.equal(findOutliers([...decays, [2, 1e4]], true), null);
});

test("a start that all share is none", () => {
  const steep = decays.map((line) => [1e6, ...line]);
  assert.equal(findOutliers(steep, false), null);
});

test("neither is what lies a little off, nor one of few runs", () => {
  assert.equal(findOutliers([...decays, [2, 30]], false), null);
  assert.equal(findOutliers([[1], [2], [1e9]], false), null);
  assert.equal(findOutliers([], false), null);
});

test("constants have no range that one could leave", () => {
  assert.equal(findOutliers([[1], [1], [1], [1], [5]], false), null);
});

test("lines without a finite value do not count", () => {
  assert.equal(findOutliers([...decays, [NaN, Infinity], []], false), null);
});

test("the middle 95 % of all points, and how many are off it", () => {
  const line = Array.from({ length: 200 }, (_, i) => i);
  assert.deepEqual(findMiddle([line.slice(0, 100), [...line.slice(100), NaN]]), { low: 5, high: 194, count: 10, unit: "points" });
  const spike = [...Array.from({ length: 99 }, (_, i) => i % 7), 1e9];
  assert.deepEqual(findMiddle([spike]), { low: 0, high: 6, count: 1, unit: "points" });
  assert.equal(findMiddle([[1, 1, 1, 9]]), null, "nothing would be left of the scale");
  assert.equal(findMiddle([]), null);
});
