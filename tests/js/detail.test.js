"use strict";
const assert = require("node:assert/strict");
const path = require("node:path");
const { test } = require("node:test");
const detail = require("../../templates/js/lib/detail.js");
require("../../templates/js/lib/twin.js");
const { marks, tiers } = require(path.join(__dirname, "..", "shared", "tier_cases.json"));

const series = (x, y = x) => ({ id: "a", logged: 40, x: Float64Array.from(x), y: Float32Array.from(y), ms: Float64Array.from(x, (at) => at * 10), startMs: 1000 });
const coarse = series([0, 4, 8, 12, 16, 20]);

test("a series is in the tiers of the shared table", () => {
  for (const { logged, caps, tiers: expected } of tiers) {
    assert.deepEqual(detail.tiersOf(logged, caps).map(({ tier, points }) => [tier, points]), expected);
  }
});

test("parts begin where the shared table says", () => {
  for (const { points, parts, marks: starts } of marks) {
    for (const [k, start] of starts.entries()) {
      const isEmpty = k + 1 < parts && starts[k + 1] === start;
      assert.equal(detail.partsOf(points, parts, [start, start]).includes(k), !isEmpty);
      if (start > 0) assert.ok(!detail.partsOf(points, parts, [0, start - 1]).includes(k));
    }
  }
});

test("the coarsest tier that has enough points in the window is chosen", () => {
  const size = { logged: 100000, shown: 500 };
  const choose = (share, want) => detail.chooseTier(size, [500, 4000, 32000, 100000], share, want).tier;
  assert.equal(choose(1, 400), 0);
  assert.equal(choose(0.5, 400), 1);
  assert.equal(choose(0.1, 400), 1);
  assert.equal(choose(0.05, 400), 2);
  assert.equal(choose(0.001, 400), 3);
  assert.equal(choose(1, Infinity), 3);
  assert.equal(detail.chooseTier({ logged: 300, shown: 300 }, [500, 4000], 0.01, Infinity).tier, 0);
});

test("what is seen reaches one point beyond the window, whichever way x runs", () => {
  assert.deepEqual(detail.stretch([0, 1, 2, 3, 4], [1.5, 2.5]), [1, 3]);
  assert.deepEqual(detail.stretch([0, 10], [4, 5]), [0, 1]);
  assert.deepEqual(detail.stretch([0, 5, 2, 9], [4, 5]), [0, 3]);
  assert.equal(detail.stretch([0, 1], [5, 6]), null);
  assert.deepEqual(detail.stretch([3], [5, 6]), [0, 0]);
  assert.equal(detail.stretch([], null), null);
  assert.deepEqual(detail.stretch([0, 1], null), [0, 1]);
});

test("parts that have come take the place of what is coarse", () => {
  const part = { ...series([8, 9, 10, 11, 12, 13, 14, 15]), startMs: 1080 };
  part.ms = part.ms.map((ms) => ms - 80);
  const { x, y, ms, logged } = detail.refine(coarse, [undefined, part]);
  assert.deepEqual([...x], [0, 4, 8, 9, 10, 11, 12, 13, 14, 15]);
  assert.deepEqual([...y], [...x]);
  assert.deepEqual([...ms], [...x].map((at) => at * 10));
  assert.equal(logged, 40);
  assert.deepEqual([...detail.refine(coarse, [undefined, undefined]).x], [...coarse.x]);
});

test("numbers of 32 bits keep their digits among those of 64", () => {
  const part = { x: Float64Array.of(8), y: Float64Array.of(1e300), ms: null };
  const { y, ms } = detail.refine({ ...coarse, y: Float32Array.of(0.1, 0.2, 3, 4, 5, 6) }, [undefined, part]);
  assert.deepEqual([...y], [0.1, 0.2, 1e300]);
  assert.equal(ms, null);
});

test("the places inside of a window", () => {
  assert.deepEqual(detail.inside([0, 1, 2, 2, 3], [1, 2]), [1, 4]);
  assert.deepEqual(detail.inside([0, 1], [5, 6]), [2, 2]);
  assert.deepEqual(detail.inside([], [0, 1]), [0, 0]);
});

test("how coarse it is, in words", () => {
  assert.equal(detail.everyNth(1000, 1000), "");
  assert.equal(detail.everyNth(1000, 700), "");
  assert.equal(detail.everyNth(1000, 500), "every 2nd point");
  assert.equal(detail.everyNth(1000, 334), "every 3rd point");
  assert.equal(detail.everyNth(1100, 100), "every 11th point");
  assert.equal(detail.everyNth(2100, 100), "every 21st point");
});
