"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { parse, windowOf, change, dragged } = require("../../templates/js/lib/window.js");

test("what an address says of an axis", () => {
  const list = ["100:250:step", "-0.5:1e-3:metrics.a:b", "5::loss"];
  assert.deepEqual(windowOf(list, "step"), [100, 250]);
  assert.deepEqual(windowOf(list, "metrics.a:b"), [-0.5, 0.001]);
  assert.equal(windowOf(list, "loss"), null, "a window has both ends");
  assert.deepEqual(parse(list).get("loss"), [5, null]);
});

test("what cannot be meant is nothing", () => {
  for (const wrong of [undefined, "1:2:step", [], ["2:1:step"], ["1:1:step"], ["a:2:step"], ["1:2"], [""]]) {
    assert.equal(windowOf(wrong, "step"), null);
  }
});

test("a change leaves the others and takes out what is null", () => {
  const list = change(["1:2:step"], "time", [0, 60000]);
  assert.deepEqual(list, ["1:2:step", "0:60000:time"]);
  assert.deepEqual(change(list, "step", null), ["0:60000:time"]);
  assert.equal(change(["1:2:step"], "step", null), null);
  assert.deepEqual(change(null, "loss", [null, 3]), [":3:loss"]);
  assert.equal(change(null, "loss", [null, null]), null);
});

test("a drag says no more digits than it means", () => {
  assert.deepEqual(dragged("time", 812.345678, 120.1234, 1000), [120.1, 812.3]);
  assert.deepEqual(dragged("metrics.lr", 0.12345678, 0.2345678, 1), [0.1235, 0.2346]);
  assert.equal(dragged("time", 5, 5, 1000), null);
});

test("steps are whole", () => {
  assert.deepEqual(dragged("step", 10.2, 10.4, 3), [9, 11]);
  assert.deepEqual(dragged("step", 10.25, 14.5, 20), [10.25, 14.5]);
});
