/** Which colour, dash and plot a line has by what its run says. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts } = require("./payloads.js");

const { Columns, chartIdentity } = load("columns", "sort", "groups", "statistics", "outline", "chart_identity");
const { scaleOf, colorOf, dashOf, lookAt, best, NONE } = chartIdentity;

function columnOf(payload) {
  const columns = new Columns();
  columns.add({ n: payload.n, columns: [payload] });
  return columns.get(payload.id);
}

const text = (values) => columnOf({ ...texts("params.p", values), n: values.length });
const number = (values) => columnOf({ ...numbers("metrics.m", values), n: values.length });

test("the ninth look has the first colour and another dash", () => {
  assert.deepEqual([0, 7, 8, 16, 24].map(lookAt), [
    { color: 1, dash: 0 },
    { color: 8, dash: 0 },
    { color: 1, dash: 1 },
    { color: 1, dash: 2 },
    { color: 1, dash: 0 },
  ]);
});

test("texts take colours in the order in which runs have them; what was not logged is grey", () => {
  const scale = scaleOf(text(["sgd", null, "adam", "sgd", "lion"]));
  assert.equal(scale.isShaded, false);
  assert.deepEqual([0, 1, 2, 3, 4].map((row) => colorOf(scale, row).color), [1, NONE, 2, 1, 3]);
  assert.deepEqual(scale.entries.map(({ row }) => row), [0, 2, 4]);
  assert.deepEqual([0, 1, 2, 3, 4].map((row) => dashOf(scale, row)), [0, 0, 1, 0, 2]);
});

test("params that are numbers take shades from small to large", () => {
  const scale = scaleOf(text(["128", "16", "64", null, "16"]));
  assert.equal(scale.isShaded, true);
  assert.deepEqual(scale.entries.map(({ value }) => value), [16, 64, 128]);
  assert.deepEqual([0, 1, 3, 4].map((row) => colorOf(scale, row).color), [15, 9, NONE, 9]);
  assert.deepEqual([0, 1, 2, 3].map(scale.placeOf), [2, 0, 1, -1]);
});

test("few numbers have each a shade of its own, far apart as they may be", () => {
  const scale = scaleOf(number([8, 1e9, 32, null, 8]));
  assert.equal(scale.isListed, true);
  assert.deepEqual([0, 1, 2, 3].map((row) => colorOf(scale, row).color), [9, 15, 12, NONE]);
});

test("many numbers are shaded by size, over a wide range by powers of ten", () => {
  const wide = scaleOf(number([1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000]));
  assert.equal(wide.isListed, false);
  assert.deepEqual([0, 1, 4, 7].map((row) => Math.round(wide.shadeOf(row) * 7)), [0, 1, 4, 7]);
  assert.equal(Math.round(scaleOf(number([0, 1, 2, 3, 5, 6, 8, 10])).shadeOf(4) * 100), 50);
});

test("one number alone is in the middle, NaN is grey", () => {
  assert.equal(colorOf(scaleOf(number([5, 5])), 1).color, 12);
  assert.equal(colorOf(scaleOf(number([5, NaN, 6])), 1).color, NONE);
  assert.equal(colorOf(scaleOf(number([NaN, NaN])), 0).color, NONE);
});

test("the best lines by direction, in the order they came in", () => {
  const lines = [[3, NaN], [1, 5], [2, Infinity], [NaN]].map((y, i) => ({ i, y }));
  const kept = (most, direction) => best(lines, most, direction).map(({ i }) => i);
  assert.deepEqual(kept(2, "min"), [1, 2]);
  assert.deepEqual(kept(2, "max"), [0, 1]);
  assert.deepEqual(kept(3, "min"), [0, 1, 2]);
  assert.deepEqual(kept(2, ""), [0, 1]);
  assert.deepEqual(kept(9, "min"), [0, 1, 2, 3]);
});
