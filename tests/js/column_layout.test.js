/** How columns stand. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const layout = require("../../templates/js/lib/column_layout.js");

test("columns that stay come first and keep their order", () => {
  assert.deepEqual(layout.fixedFirst(["a", "b", "c", "d"], new Set(["d", "b"])), ["b", "d", "a", "c"]);
  assert.deepEqual(layout.fixedFirst(["a", "b"], new Set()), ["a", "b"]);
  assert.deepEqual(layout.fixedFirst(["a"], new Set(["gone"])), ["a"]);
});

test("a column is put before another one, or behind all", () => {
  assert.deepEqual(layout.movedBefore(["a", "b", "c"], "c", "a"), ["c", "a", "b"]);
  assert.deepEqual(layout.movedBefore(["a", "b", "c"], "a", "c"), ["b", "a", "c"]);
  assert.deepEqual(layout.movedBefore(["a", "b", "c"], "a", null), ["b", "c", "a"]);
  assert.deepEqual(layout.movedBefore(["a", "b", "c"], "b", "b"), ["a", "b", "c"]);
  assert.deepEqual(layout.movedBefore(["a", "b"], "a", "gone"), ["b", "a"]);
});

test("a column moves by places and stops at the ends", () => {
  assert.deepEqual(layout.movedBy(["a", "b", "c"], "a", 1), ["b", "a", "c"]);
  assert.deepEqual(layout.movedBy(["a", "b", "c"], "a", -1), ["a", "b", "c"]);
  assert.deepEqual(layout.movedBy(["a", "b", "c"], "a", 9), ["b", "c", "a"]);
  assert.deepEqual(layout.movedBy(["a"], "gone", 1), ["a"]);
});

test("widths are read back as they were written", () => {
  const widths = new Map([["metrics:min.a:b,c", 120], ["params.x", 77.4]]);
  assert.deepEqual(layout.printWidths(widths), ["120:metrics:min.a:b,c", "77:params.x"]);
  assert.deepEqual([...layout.parseWidths(layout.printWidths(widths))], [["metrics:min.a:b,c", 120], ["params.x", 77]]);
  assert.deepEqual([...layout.parseWidths(["x", "12", ":a", "0:b", "9999:c", "-5:d"])], [["b", 40], ["c", 900]]);
});

test("the best is the darkest, whichever way is better", () => {
  const shades = (direction) => [0, 1, 2, 3, 4].map((rank) => layout.shadeOf(rank, 5, direction));
  assert.deepEqual(shades("max"), [1, 2, 3, 4, 5]);
  assert.deepEqual(shades(""), [1, 2, 3, 4, 5]);
  assert.deepEqual(shades("min"), [5, 4, 3, 2, 1]);
});

test("no shade for what stands alone, is not finite or was not logged", () => {
  assert.equal(layout.shadeOf(0, 1, "max"), 0);
  assert.equal(layout.shadeOf(7, 5, "max"), 0);
  assert.deepEqual([0, 1].map((rank) => layout.shadeOf(rank, 2, "max")), [1, 5]);
});
