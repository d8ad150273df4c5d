"use strict";
const test = require("node:test");
const assert = require("node:assert/strict");
const steps = require("../../templates/js/lib/steps.js");

test("the nearest step is shown, the earlier of two equally near", () => {
  const known = [-5, 0, 10, 20];
  const shown = [-100, -5, -2.5, 4, 5, 6, 19, 1e9].map((step) => known[steps.nearestPlace(known, step)]);
  assert.deepEqual(shown, [-5, -5, -5, 0, 0, 10, 20, 20]);
  assert.equal(steps.nearestPlace([7], 0), 0);
});

test("playing goes round", () => {
  assert.deepEqual([0, 1, 2].map((place) => steps.nextPlace(place, 3)), [1, 2, 0]);
});

test("pictures beside the shown one are asked for, as far as there are any", () => {
  assert.deepEqual(steps.neighbours(0, 3), [1]);
  assert.deepEqual(steps.neighbours(1, 3), [2, 0]);
  assert.deepEqual(steps.neighbours(0, 1), []);
});
