"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { frame } = require("../../templates/js/lib/picture_frame.js");

const widthOf = (text) => 6 * text.length;
const entry = (name) => ({ name, color: "#123456", dash: [] });
const drawn = (changes) => frame({ title: "loss", aside: "", entries: [], width: 300, height: 100, ...changes }, widthOf);

test("a title stands above the drawing, and nothing below it where lines are named", () => {
  const found = drawn({});
  assert.deepEqual([found.plotTop, found.height, found.entries.length], [24, 124, 0]);
  assert.ok(found.titleTop < found.plotTop);
});

test("names stand below in rows, none beyond the edge", () => {
  const found = drawn({ entries: Array.from({ length: 12 }, (_, i) => entry(`run ${i}`)) });
  assert.ok(found.height > 124);
  assert.ok(new Set(found.entries.map(({ row }) => row)).size > 1);
  for (const { textLeft, name, baseline } of found.entries) {
    assert.ok(textLeft + widthOf(name) <= 300);
    assert.ok(baseline > 124 && baseline < found.height);
  }
});

test("of very many lines the first are named, and the others counted", () => {
  const { entries } = drawn({ entries: Array.from({ length: 200 }, (_, i) => entry(`run ${i}`)) });
  assert.equal(entries.length, 41);
  assert.deepEqual([entries.at(-1).name, entries.at(-1).samplePx], ["+160 more", 0]);
});

test("a name longer than the picture has a row of its own", () => {
  const { entries } = drawn({ entries: [entry("a"), entry("b".repeat(200)), entry("c")] });
  assert.deepEqual(entries.map(({ row }) => row), [0, 1, 2]);
});
