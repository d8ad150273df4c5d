"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { logTicks, spread } = require("../../templates/js/lib/ticks.js");

test("ticks are round, between the ends, and not too many", () => {
  assert.deepEqual(logTicks(0.01, 1), [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  assert.deepEqual(logTicks(0.003, 1), [0.003, 0.01, 0.03, 0.1, 0.3, 1]);
  assert.deepEqual(logTicks(1e-5, 1), [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
  assert.deepEqual(logTicks(2, 8), [2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(logTicks(0.5, 60), [0.5, 1, 2, 5, 10, 20, 50]);
  for (const [low, high] of [[1e-300, 1e300], [1e-12, 1e9], [3, 5000]]) {
    const ticks = logTicks(low, high);
    assert.ok(ticks.length >= 2 && ticks.length <= 8, `${low} to ${high}: ${ticks}`);
    assert.ok(ticks.every((tick) => tick >= low && tick <= high));
  }
});

test("an axis that begins at zero shows it", () => {
  assert.deepEqual(logTicks(0, 60), [0, 1, 2, 5, 10, 20, 50]);
  assert.deepEqual(logTicks(0, 2000), [0, 1, 3, 10, 30, 100, 300, 1000]);
  assert.deepEqual(logTicks(0, 1e6), [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
});

test("where round numbers tell nothing, the axis finds its own", () => {
  assert.equal(logTicks(3.1, 3.4), null);
  assert.equal(logTicks(5, 5), null);
  assert.equal(logTicks(-3, 10), null);
  assert.equal(logTicks(0, 0), null);
  assert.equal(logTicks(1, Infinity), null);
});

const gaps = (places) => {
  const sorted = [...places].sort((a, b) => a - b);
  return sorted.slice(1).map((place, i) => place - sorted[i]);
};

test("texts that do not touch stay", () => {
  assert.deepEqual(spread([50, 10, 90], 12, 0, 100), [50, 10, 90]);
  assert.deepEqual(spread([], 12, 0, 100), []);
});

test("texts that touch are pushed apart around where they were", () => {
  assert.deepEqual(spread([50, 50], 12, 0, 100), [44, 56]);
  assert.deepEqual(spread([52, 50, 51], 12, 0, 100), [63, 39, 51]);
});

test("none leaves the plot while there is room", () => {
  assert.deepEqual(spread([0, 1, 2], 12, 0, 100), [0, 12, 24]);
  assert.deepEqual(spread([100, 99, 5], 12, 0, 100), [100, 88, 5]);
});

test("blocks that meet become one", () => {
  const places = spread([40, 41, 55, 56, 57, 30], 12, 0, 100);
  assert.ok(gaps(places).every((gap) => gap >= 12 - 1e-9));
  assert.ok(places.every((place) => place >= 0 && place <= 100));
  assert.ok(places[5] < places[0] && places[0] < places[1] && places[1] < places[2]);
});
