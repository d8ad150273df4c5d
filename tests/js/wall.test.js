"use strict";
const test = require("node:test");
const assert = require("node:assert/strict");
const wall = require("../../templates/js/lib/wall.js");

const SHARD = {
  names: ["roc.png", "samples"],
  name: [0, 0, 1, 1, 1],
  run: [0, 2, 0, 0, 2],
  step: [null, null, 0, 10, 10],
  path: ["roc.png", "/artifacts/aa/roc.png", "s0.png", "s10.png", "t.png"],
};
const pictures = wall.decode(SHARD, (row) => `id${row}`);

test("a path begins with its run's folder, unless it is whole", () => {
  const path = "artifacts/id0/roc.png";
  assert.deepEqual(pictures[0], { name: "roc.png", row: 0, step: null, path, small: path });
  assert.equal(pictures[1].path, "artifacts/aa/roc.png");
});

test("a large picture has a small copy beside it", () => {
  const copied = wall.decode({ ...SHARD, small: [1, 3], suffix: ".thumb.webp" }, (row) => `id${row}`);
  assert.deepEqual(
    copied.map(({ path, small }) => small.slice(path.length)),
    ["", ".thumb.webp", "", ".thumb.webp", ""],
  );
});

test("names stand in the order of how many runs have them", () => {
  const more = [...pictures, { name: "z", row: 1, step: null, path: "" }];
  assert.deepEqual(wall.names(more).map(({ name, runs }) => [name, runs]), [["roc.png", 2], ["samples", 2], ["z", 1]]);
});

test("a pattern chooses names", () => {
  for (const wanted of ["roc.png", "ROC", "*.png", "r?c*", "*", ""]) assert.ok(wall.fits("roc.png", wanted), wanted);
  for (const wanted of ["x", "*.jpg", "?", "roc.png?"]) assert.ok(!wall.fits("roc.png", wanted), wanted);
});

test("a pattern made to take for ever does not", () => {
  const start = Date.now();
  assert.ok(!wall.fits("a".repeat(5000), `${"a*".repeat(50)}b`));
  assert.ok(Date.now() - start < 1000);
});

test("at a step each run shows its own, else the last before it, else its first", () => {
  const seen = (step) => wall.at(pictures, step).filter(({ name }) => name === "samples").map((p) => [p.row, p.step]);
  assert.deepEqual(seen(0), [[0, 0], [2, 10]]);
  assert.deepEqual(seen(9), [[0, 0], [2, 10]]);
  assert.deepEqual(seen(10), [[0, 10], [2, 10]]);
  assert.deepEqual(seen(null), [[0, 10], [2, 10]]);
  assert.deepEqual(wall.steps(pictures), [0, 10]);
  assert.equal(wall.at(pictures, 5).length, 4);
});

test("groups stand in the order of their numbers, what has none last", () => {
  const labels = { 0: "10", 2: "9", 3: "" };
  const more = [...pictures, { name: "roc.png", row: 3, step: null, path: "" }];
  assert.deepEqual(wall.group(more, (row) => labels[row]).map(({ label }) => label), ["9", "10", ""]);
  assert.deepEqual(wall.group(pictures, null), [{ label: "", pictures }]);
  assert.deepEqual(wall.group([], null), []);
});

test("regular expressions choose names; what is none is a part of a name", () => {
  assert.ok(wall.fits("plots/roc_12.png", "/roc_\\d+/"));
  assert.ok(!wall.fits("plots/ROC_12.png", "/roc_\\d+/"));
  assert.ok(wall.fits("plots/ROC_12.png", "/roc_\\d+/i"));
  assert.ok(!wall.fits("roc.png", "/(/"));
});

test("figures that need a frame say where it is told how", () => {
  const live = { name: ["f.json"], run: [3], step: [null], file: ["live-1"] };
  assert.deepEqual(wall.decodeLive(live), [{ name: "f.json", row: 3, step: null, live: "live-1" }]);
});

test("runs stand in lines and steps in columns", () => {
  const lines = wall.matrix(pictures, [0, 10]);
  assert.deepEqual(lines.map(({ row, name, cells }) => [row, name, cells.map((p) => p && p.path)]), [
    [0, "roc.png", ["artifacts/id0/roc.png", "artifacts/id0/roc.png"]],
    [2, "roc.png", ["artifacts/aa/roc.png", "artifacts/aa/roc.png"]],
    [0, "samples", ["artifacts/id0/s0.png", "artifacts/id0/s10.png"]],
    [2, "samples", [null, "artifacts/id2/t.png"]],
  ]);
});

test("many steps are thinned evenly and keep their ends", () => {
  assert.deepEqual(wall.spread([0, 1, 2, 3, 4, 5, 6, 7, 8], 3), [0, 4, 8]);
  assert.deepEqual(wall.spread([5], 3), [5]);
});

test("the nearest step is found", () => {
  assert.equal(wall.nearest([0, 10, 50], 24), 1);
  assert.equal(wall.nearest([0], 99), 0);
});
