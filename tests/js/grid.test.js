/** The decisions behind the grid: what is drawn, what is selected, which columns are shown. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const { load, numbers, texts } = require("./payloads.js");

const { Columns, Selection, viewport, columnChoice } = load("columns", "viewport", "selection", "column_choice");

test("only the rows that can be seen, and a few more", () => {
  const at = (top) => viewport.visibleRows({ top, height: 300, rowHeight: 30, count: 100000 });
  assert.deepEqual(at(0), { start: 0, end: 16 });
  assert.deepEqual(at(30000), { start: 994, end: 1016 });
  assert.deepEqual(at(100000 * 30), { start: 99994, end: 100000 });
  assert.deepEqual(at(1e9), { start: 100000, end: 100000 });
  assert.deepEqual(viewport.visibleRows({ top: 0, height: 300, rowHeight: 30, count: 0 }), { start: 0, end: 0 });
});

test("only the columns that can be seen, and a few more", () => {
  const offsets = viewport.offsetsOf(new Array(12000).fill(100));
  assert.equal(offsets[12000], 1200000);
  assert.deepEqual(viewport.visibleColumns(offsets, 0, 1000), { start: 0, end: 12 });
  assert.deepEqual(viewport.visibleColumns(offsets, 5000, 1000), { start: 48, end: 62 });
  assert.deepEqual(viewport.visibleColumns(offsets, 1199000, 1000), { start: 11988, end: 12000 });
  assert.deepEqual(viewport.visibleColumns(viewport.offsetsOf([]), 0, 1000), { start: 0, end: 0 });
});

test("room that is left is shared", () => {
  assert.deepEqual(viewport.stretched([100, 300], 800), [200, 600]);
  assert.deepEqual(viewport.stretched([100, 300], 300), [100, 300]);
  assert.deepEqual(viewport.stretched([], 300), []);
});

test("scrolling into view moves as little as it can", () => {
  assert.equal(viewport.scrollInto(100, 50, 110, 120), 100);
  assert.equal(viewport.scrollInto(100, 50, 90, 100), 90);
  assert.equal(viewport.scrollInto(100, 50, 160, 170), 120);
  assert.equal(viewport.scrollInto(100, 50, 200, 300), 200);
});

test("selection: click, Shift, all that are shown", () => {
  const selection = new Selection(10);
  const shown = Uint32Array.from([9, 7, 5, 3, 1]);
  selection.toggle(7);
  selection.extend(shown, 3);
  assert.deepEqual([...selection.rows()], [3, 5, 7]);
  selection.extend(shown, 8);
  assert.ok(selection.has(8), "a row that is not shown is a click of its own");
  selection.putAll(shown, true);
  assert.deepEqual([selection.size, selection.countIn(shown)], [6, 5]);
  selection.putAll(shown, false);
  assert.deepEqual([...selection.rows()], [8]);
  selection.replace([0, 0, 2]);
  assert.deepEqual([selection.size, ...selection.rows()], [2, 0, 2]);
  selection.clear();
  assert.equal(selection.size, 0);
});

test("Shift takes away as far as the anchor was taken away", () => {
  const selection = new Selection(5);
  const shown = Uint32Array.from([0, 1, 2, 3, 4]);
  selection.putAll(shown, true);
  selection.toggle(1);
  selection.extend(shown, 3);
  assert.deepEqual([...selection.rows()], [0, 4]);
});

test("a choice of columns too long for an address is kept in the browser, and no other stands for it", () => {
  const { toAddress, fromAddress } = columnChoice;
  let kept = null;
  const keep = (text) => (kept = text);
  const few = ["metrics.a,b", "params.c"];
  assert.deepEqual(toAddress(few, keep), few);
  assert.equal(kept, null);
  assert.deepEqual(fromAddress(few, () => kept), few);
  assert.equal(fromAddress(undefined, () => kept), undefined);
  assert.deepEqual(fromAddress([], () => kept), []);
  const many = Array.from({ length: 12000 }, (_, i) => `metrics.layer${i}/実験`);
  const address = toAddress(many, keep);
  assert.ok(address.join().length < 20);
  assert.deepEqual(fromAddress(address, () => kept), many);
  assert.equal(fromAddress(address, () => null), null);
  assert.equal(fromAddress(address, () => JSON.stringify(few)), null);
});

test("widths that somebody chose are not stretched", () => {
  assert.deepEqual(viewport.stretched([100, 100, 100], 600, (i) => i === 0), [100, 250, 250]);
  assert.deepEqual(viewport.stretched([100, 100], 600, () => true), [100, 100]);
  assert.deepEqual(viewport.stretched([400, 400], 600, (i) => i === 0), [400, 400]);
});

test("a column is constant when every run says the same, and none says nothing", () => {
  const columns = new Columns();
  const nan = [NaN, NaN];
  columns.add({ n: 2, columns: [
    numbers("metrics.same", [1, 1]), numbers("metrics.other", [1, 2]), numbers("metrics.some", [1, null]), numbers("metrics.nan", nan),
    texts("params.same", ["a", "a"]), texts("params.some", ["a", null]),
  ] });
  const constant = [...columns.byId.values()].filter(columnChoice.isConstant).map(({ id }) => id);
  assert.deepEqual(constant, ["metrics.same", "metrics.nan", "params.same"]);
});
