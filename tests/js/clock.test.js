"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { against } = require("../../templates/js/lib/clock.js");

const line = (ms, y = ms) => ({ id: "a", x: Float64Array.from(ms.keys()), y: Float32Array.from(y), ms: Float64Array.from(ms) });

test("one unit for all lines, by the longest", () => {
  const { lines, xTitle } = against({ xTitle: "step", lines: [line([0, 1500]), line([0, 600000])] });
  assert.equal(xTitle, "time in min");
  assert.deepEqual(lines.map(({ x }) => [...x]), [[0, 0.025], [0, 10]]);
  assert.equal(against({ lines: [line([0, 120000])] }).xTitle, "time in s");
  assert.equal(against({ lines: [line([0, 36e6])] }).xTitle, "time in h");
});

test("points stand in the order of time, those of one moment as they were, and keep their kind", () => {
  const [{ x, y }] = against({ lines: [line([0, 3000, 1000, 1000], [1, NaN, 3, 4])] }).lines;
  assert.deepEqual([...x], [0, 1, 1, 3]);
  assert.deepEqual([...y], [1, 3, 4, NaN]);
  assert.ok(y instanceof Float32Array);
});

test("bars, lines without times and no lines stay as they are", () => {
  const bars = { bars: [1] };
  assert.equal(against(bars), bars);
  const timeless = { lines: [{ ...line([0]), ms: null }] };
  assert.equal(against(timeless), timeless);
  assert.deepEqual(against({ lines: [] }).lines, []);
});

test("time of day, with the step of each point", () => {
  const later = { ...line([0, 2000, 1000], [1, 2, 3]), startMs: 5000 };
  const { lines, xKind, xUnit } = against({ lines: [later] }, "wall");
  assert.deepEqual([[...lines[0].x], [...lines[0].y], [...lines[0].steps]], [[5000, 6000, 7000], [1, 3, 2], [0, 2, 1]]);
  assert.deepEqual([xKind, xUnit], ["wall", 1]);
  assert.equal(against({ lines: [later] }).xUnit, 1000);
});
