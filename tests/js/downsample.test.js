"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const path = require("node:path");
const { downsample } = require("../../templates/js/lib/downsample.js");
const { cases } = require(path.join(__dirname, "..", "shared", "downsample_cases.json"));

const NUMBERS = { NaN, inf: Infinity, "-inf": -Infinity };

for (const { name, steps, values, cap, kept } of cases) {
  test(`keeps the points of the shared table: ${name}`, () => {
    const numbers = values.map((value) => (typeof value === "number" ? value : NUMBERS[value]));
    assert.deepEqual([...downsample(steps, numbers, cap)], kept);
  });
}

test("reads typed arrays, and 10,000 points in one go", () => {
  const n = 10000;
  const steps = Float64Array.from({ length: n }, (_, i) => i);
  const values = Float32Array.from(steps, (i) => Math.sin(i / 50) * i);
  const kept = downsample(steps, values, 400);
  assert.ok(kept.length <= 400 && kept.length > 300);
  assert.ok(kept.every((place, i) => i === 0 || place > kept[i - 1]));
  const shown = Array.from(kept, (i) => values[i]);
  assert.equal(Math.max(...shown), Math.max(...values));
  assert.equal(Math.min(...shown), Math.min(...values));
});

test("needs room for ends and extremes", () => {
  assert.throws(() => downsample([1, 2], [1, 2], 4), RangeError);
});
