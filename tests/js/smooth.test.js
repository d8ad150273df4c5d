"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { smooth, smoothLine, unitOf } = require("../../templates/js/lib/smooth.js");

const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

/** The same average by its definition: weights fall with age and add up to one. */
function byDefinition(values, weight, at) {
  let sum = 0;
  let weights = 0;
  for (let i = 0; i <= at; i++) {
    sum += values[i] * weight ** (at - i);
    weights += weight ** (at - i);
  }
  return sum / weights;
}

test("is the weighted mean of the past", () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  for (const weight of [0.3, 0.6, 0.99]) {
    smooth(values, weight).forEach((value, i) => close(value, byDefinition(values, weight, i)));
  }
});

test("begins at the first value and leaves a constant alone", () => {
  assert.equal(smooth([7, 7, 7], 0.9)[0], 7);
  smooth(new Array(50).fill(0.3), 0.99).forEach((value) => close(value, 0.3));
});

test("no weight of the past changes nothing", () => {
  assert.deepEqual([...smooth([1, -2, 3], 0)], [1, -2, 3]);
});

test("NaN and infinities stay and do not spread", () => {
  const smoothed = smooth([1, NaN, 3, Infinity, 5], 0.5);
  const without = smooth([1, 3, 5], 0.5);
  assert.deepEqual([smoothed[0], smoothed[2], smoothed[4]], [...without]);
  assert.ok(Number.isNaN(smoothed[1]));
  assert.equal(smoothed[3], Infinity);
});

test("leaves what it was given alone", () => {
  const values = Float32Array.of(1, 2);
  smooth(values, 0.5);
  assert.deepEqual([...values], [1, 2]);
  assert.equal(smooth([], 0.5).length, 0);
});

test("by distance, points a unit apart are smoothed as by point", () => {
  const values = [3, 1, 4, NaN, 1, 5];
  const finite = [3, 1, 4, 1, 5];
  smooth(finite, 0.7, { x: [0, 10, 20, 30, 40], unit: 10 }).forEach((value, i) => close(value, smooth(finite, 0.7)[i]));
  assert.ok(Number.isNaN(smooth(values, 0.7, { x: [0, 1, 2, 3, 4, 5], unit: 1 })[3]));
});

test("by distance, the past counts by how far it is", () => {
  const [x, values, unit, weight] = [[0, 1, 1, 7], [4, 2, 6, 1], 2, 0.5];
  smooth(values, weight, { x, unit }).forEach((value, i) => {
    let [sum, weights] = [0, 0];
    for (let j = 0; j <= i; j++) {
      const own = weight ** ((x[i] - x[j]) / unit);
      sum += own * values[j];
      weights += own;
    }
    close(value, sum / weights);
  });
});

test("a thinned line is smoothed over about the same stretch as all of it", () => {
  const all = { x: Array.from({ length: 1000 }, (_, i) => i), y: Array.from({ length: 1000 }, (_, i) => Math.sin(i / 100)), logged: 1000 };
  const thin = { x: all.x.filter((i) => i % 10 === 0), y: all.y.filter((_, i) => i % 10 === 0), logged: 1000 };
  const [fine, coarse] = [all, thin].map((line) => smoothLine(line, { smooth: 0.98, smoothsByX: true }));
  assert.ok(Math.abs(coarse[90] - fine[900]) < 0.05);
  assert.equal(smoothLine(all, { smooth: 0 }), all.y);
  assert.equal(unitOf([5, 5], 2), 1);
});
