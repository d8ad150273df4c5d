"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { partners, against } = require("../../templates/js/lib/pairing.js");

const line = (x, y) => ({ id: "a", logged: x.length, x: Float64Array.from(x), y: Float64Array.from(y) });
const data = (...lines) => ({ lines, xTitle: "step", metric: "loss" });

test("points meet at equal steps, the first with the first", () => {
  assert.deepEqual([...partners([0, 1, 2, 4], [1, 2, 3, 4])], [-1, 0, 1, 3]);
  assert.deepEqual([...partners([1, 1, 1], [1, 1])], [0, 1, -1]);
  assert.deepEqual([...partners([], [1])], []);
});

test("x is the other metric, ascending, and nothing is made up", () => {
  const found = against(data(line([0, 1, 2, 3], [9, 8, 7, 6])), "acc", new Map([["a", line([0, 2, 3, 5], [0.5, 0.1, NaN, 1])]]));
  const [{ x, y, steps }] = found.lines;
  assert.deepEqual([[...x], [...y], [...steps]], [[0.1, 0.5], [7, 9], [2, 0]]);
  assert.equal(found.unpaired, 2);
  assert.equal(found.xTitle, "acc");
  assert.equal(found.xKind, "metrics.acc");
});

test("a run without the other metric has no points", () => {
  const found = against(data(line([0, 1], [1, 2])), "acc", new Map());
  assert.equal(found.lines[0].x.length, 0);
  assert.equal(found.unpaired, 2);
});

test("what is not positive has no place on a logarithmic axis, and is counted apart", () => {
  const others = new Map([["a", line([0, 1, 2], [0, -1, 5])]]);
  const found = against(data(line([0, 1, 2, 3], [1, 2, 3, 4])), "lr", others, true);
  assert.deepEqual([...found.lines[0].x], [5]);
  assert.deepEqual([found.unpaired, found.xDropped], [1, 2]);
});

test("bars stay as they are", () => {
  const bars = { bars: [] };
  assert.equal(against(bars, "acc", new Map()), bars);
});
