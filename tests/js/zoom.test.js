"use strict";
const { test } = require("node:test");
const assert = require("node:assert");
const zoom = require("../../templates/js/lib/zoom.js");

const stage = { width: 1000, height: 600 };

test("a large picture fits the stage, a middling one is not enlarged", () => {
  assert.strictEqual(zoom.fit({ width: 2000, height: 600 }, stage), 0.5);
  assert.strictEqual(zoom.fit({ width: 100, height: 6000 }, stage), 0.1);
  assert.strictEqual(zoom.fit({ width: 300, height: 200 }, stage), 1);
});

test("a tiny picture is enlarged by whole numbers, so that its pixels stay squares", () => {
  assert.strictEqual(zoom.fit({ width: 28, height: 28 }, stage), 8);
  assert.strictEqual(zoom.fit({ width: 128, height: 128 }, stage), 4);
});

test("a picture that has not arrived has no size to fit", () => {
  assert.strictEqual(zoom.fit({ width: 0, height: 0 }, stage), 1);
});

test("steps go up and down, and end", () => {
  assert.strictEqual(zoom.step(0.4, 1), 0.5);
  assert.strictEqual(zoom.step(0.4, -1), 0.25);
  assert.strictEqual(zoom.step(1, 1), 1.5);
  assert.strictEqual(zoom.step(8, 1), 8);
  assert.strictEqual(zoom.step(0.1, -1), 0.1);
});

test("what fingers ask for is bounded", () => {
  assert.deepStrictEqual([0.01, 0.5, 99].map(zoom.bounded), [0.1, 0.5, 8]);
});

test("what was under a point stays under it", () => {
  // 100 px from the edge, 300 px into the picture: at twice the size 600 px into it.
  assert.strictEqual(zoom.keep(200, 100, 2) + 100, 600);
  assert.strictEqual(zoom.keep(200, 100, 1), 200);
});

test("two fingers have a distance and a middle", () => {
  assert.deepStrictEqual(zoom.spread([{ x: 0, y: 0 }, { x: 30, y: 40 }]), { distance: 50, x: 15, y: 20 });
});

test("turning goes round and round", () => {
  assert.strictEqual(zoom.turn(0, -1, 3), 2);
  assert.strictEqual(zoom.turn(2, 1, 3), 0);
  assert.strictEqual(zoom.turn(0, 1, 0), 0);
});

test("a scale reads as percent", () => {
  assert.strictEqual(zoom.percent(0.5), "50\u2009%");
});
