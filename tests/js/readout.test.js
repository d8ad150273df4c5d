"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { nearest, nearestStep, readout } = require("../../templates/js/lib/readout.js");

const makeCurve = (name, x, y) => ({ line: { name, x }, y });
const toPx = (y) => 100 - y;
const names = ({ rows }) => rows.map(({ curve }) => curve.line.name);

test("the nearest of sorted numbers", () => {
  const sorted = [0, 10, 20];
  assert.deepEqual([-5, 0, 4, 5, 6, 19, 99].map((x) => nearest(sorted, x)), [0, 0, 0, 0, 1, 2, 2]);
  assert.equal(nearest([7], 0), 0);
});

test("the step that any line has", () => {
  const curves = [makeCurve("a", [0, 10], [1, 2]), makeCurve("b", [4], [1]), makeCurve("c", [], [])];
  assert.equal(nearestStep(curves, 5.5), 4);
  assert.equal(nearestStep(curves, 8), 10);
  assert.equal(nearestStep([], 5), null);
  assert.equal(nearestStep([makeCurve("c", [], [])], 5), null);
});

test("rows lie as the lines do, those without a value last", () => {
  const curves = [makeCurve("low", [0, 1], [1, 2]), makeCurve("broken", [0, 1], [1, NaN]), makeCurve("high", [0, 1], [5, 9])];
  const read = readout(curves, 1, toPx, 50, 8);
  assert.deepEqual(names(read), ["high", "low", "broken"]);
  assert.equal(read.more, 0);
  assert.equal(read.rows[0].y, 9);
  assert.equal(read.rows[0].px, 91);
});

test("lines that do not reach the step are left out", () => {
  const curves = [makeCurve("short", [0, 1], [1, 1]), makeCurve("late", [5, 9], [1, 1]), makeCurve("all", [0, 9], [1, 1])];
  assert.deepEqual(names(readout(curves, 3, toPx, 0, 8)), ["all"]);
});

test("of many lines, those nearest to the cursor", () => {
  const curves = Array.from({ length: 20 }, (_, i) => makeCurve(String(i), [0], [i]));
  const read = readout(curves, 0, toPx, toPx(10), 3);
  assert.deepEqual(names(read), ["11", "10", "9"]);
  assert.equal(read.more, 17);
});

test("without a cursor the topmost", () => {
  const curves = Array.from({ length: 4 }, (_, i) => makeCurve(String(i), [0], [i]));
  assert.deepEqual(names(readout(curves, 0, toPx, null, 2)), ["3", "2"]);
});
