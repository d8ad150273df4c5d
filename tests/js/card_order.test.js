"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { ordered, said, moved } = require("../../templates/js/lib/card_order.js");

const OWN = ["a", "b", "c", "d"];

test("what is wanted comes first, the others stay as they were", () => {
  assert.deepEqual(ordered(OWN, []), OWN);
  assert.deepEqual(ordered(OWN, ["c"]), ["c", "a", "b", "d"]);
  assert.deepEqual(ordered(OWN, ["d", "b"]), ["d", "b", "a", "c"]);
});

test("unknown and repeated names are passed over", () => {
  assert.deepEqual(ordered(OWN, ["x", "b", "b", "x"]), ["b", "a", "c", "d"]);
});

test("an address says no more than it must", () => {
  assert.deepEqual(said(OWN, OWN), []);
  assert.deepEqual(said(OWN, ["c", "a", "b", "d"]), ["c"]);
  assert.deepEqual(said(OWN, ["a", "c", "b", "d"]), ["a", "c"]);
  assert.deepEqual(said(OWN, ["d", "c", "b", "a"]), ["d", "c", "b"]);
  for (const order of [["b", "a", "d", "c"], ["a", "b", "d", "c"], ["d", "a", "b", "c"]]) assert.deepEqual(ordered(OWN, said(OWN, order)), order);
});

test("a card goes to a place, and no further than the ends", () => {
  assert.deepEqual(moved(OWN, "a", 2), ["b", "c", "a", "d"]);
  assert.deepEqual(moved(OWN, "d", 0), ["d", "a", "b", "c"]);
  assert.deepEqual(moved(OWN, "b", -5), ["b", "a", "c", "d"]);
  assert.deepEqual(moved(OWN, "b", 99), ["a", "c", "d", "b"]);
});
