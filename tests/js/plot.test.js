"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { plotLines, pointsPerLine, MAX_LINES } = require("../../templates/js/lib/plot.js");

const COLORS = ["#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8"];

function makeLine(y, changes = {}) {
  return { id: "a", name: "run a", color: 1, dash: 0, status: "finished", x: y.map((_, i) => i), y, ...changes };
}

function plot(lines, changes = {}) {
  return plotLines(lines, { smooth: 0, isLog: false, widthPx: 400, colors: COLORS, marks: { failed: "#f" }, ...changes });
}

const ys = (rows) => rows.map(({ y }) => y);

test("a line is its points, with the look of its run", () => {
  const { points, breaks, dots, dropped, broken } = plot([makeLine([1, 2, 3], { color: 2, dash: 1 })]);
  assert.deepEqual(ys(points), [1, 2, 3]);
  assert.deepEqual(points.map(({ x }) => x), [0, 1, 2]);
  assert.equal(points[0].color, "#2");
  assert.deepEqual(points[0].dash, [6, 3]);
  assert.deepEqual([breaks, dots, dropped, broken], [[], [], 0, 0]);
});

test("NaN and infinities break the line and leave a mark", () => {
  const { points, breaks, broken } = plot([makeLine([1, NaN, 3, 4, -Infinity, 6, 7]), makeLine([1, 2])]);
  assert.deepEqual(ys(points).slice(0, 7), [1, null, 3, 4, null, 6, 7]);
  assert.deepEqual(breaks, [{ x: 1, color: "#1" }, { x: 4, color: "#1" }]);
  assert.equal(broken, 1);
});

test("a point that no line shows becomes a dot", () => {
  const dotted = plot([makeLine([5]), makeLine([1, NaN, 2, NaN, 3, 4])]);
  assert.deepEqual(ys(dotted.dots), [5, 1, 2]);
  assert.ok(dotted.dots.every(({ shape }) => shape === "circle"));
});

test("a failed run ends in a cross at its last value", () => {
  const { dots } = plot([makeLine([1, 2, NaN], { status: "failed" }), makeLine([NaN], { status: "failed" })]);
  assert.deepEqual(dots.map(({ x, y, stroke, fill }) => [x, y, stroke, fill]), [[1, 2, "#f", "transparent"]]);
});

test("on a logarithmic axis what is not positive is left out and counted", () => {
  const { points, breaks, dropped, broken } = plot([makeLine([1, 0, -2, 4, NaN, 5])], { isLog: true });
  assert.deepEqual(ys(points), [1, null, null, 4, null, 5]);
  assert.deepEqual(breaks, [{ x: 4, color: "#1" }]);
  assert.equal(dropped, 2);
  assert.equal(broken, 1);
});

test("a smoothed line has its raw one behind it", () => {
  const { points, curves } = plot([makeLine([1, 3])], { smooth: 0.5 });
  const raw = points.filter(({ opacity }) => opacity === 0.28);
  const smoothed = points.filter(({ opacity }) => opacity === 1);
  assert.deepEqual(ys(raw), [1, 3]);
  assert.equal(smoothed[0].y, 1);
  assert.ok(smoothed[1].y > 1 && smoothed[1].y < 3);
  assert.notEqual(raw[0].run, smoothed[0].run);
  assert.ok(points.indexOf(raw[1]) < points.indexOf(smoothed[0]));
  assert.equal(curves[0].y[1], smoothed[1].y);
});

test("no chart has more rows than can be drawn", () => {
  const y = Array.from({ length: 500 }, (_, i) => Math.sin(i));
  for (const n of [1, 20, 50, 51, MAX_LINES]) {
    for (const smooth of [0, 0.9]) {
      const lines = Array.from({ length: n }, (_, i) => makeLine(y, { id: String(i) }));
      const { points, curves } = plot(lines, { smooth });
      assert.ok(points.length <= 10000, `${points.length} rows of ${n} lines`);
      assert.equal(curves.length, n);
      assert.equal(curves[0].y.length, 500);
    }
  }
});

test("a line has no more points than its chart has room for", () => {
  assert.equal(pointsPerLine(1, false, 300), 600);
  assert.equal(pointsPerLine(50, false, 1000), 200);
  assert.equal(pointsPerLine(50, true, 1000), 100);
  assert.equal(pointsPerLine(100000, false, 1000), 8);
  assert.equal(pointsPerLine(0, false, 0), 8);
});

test("nothing to draw", () => {
  assert.deepEqual(plot([]).points, []);
  assert.equal(plot([makeLine([NaN, NaN])]).curves[0].end, -1);
});

test("a run far off the others is left out of the scale, not of the chart", () => {
  const lines = Array.from({ length: 5 }, (_, i) => makeLine([i, 1], { id: String(i) }));
  const diverged = makeLine([1, 1e24, NaN], { id: "x", status: "failed" });
  const { scale, dots, breaks, points, curves } = plot([...lines, diverged]);
  assert.deepEqual(scale, { low: 0, high: 4, count: 1 });
  assert.deepEqual(dots, []);
  assert.deepEqual(breaks, [{ x: 2, color: "#1" }, { x: 1, color: "#f" }]);
  assert.equal(curves[5].y[1], 1e24);
  assert.ok(ys(points).every((y) => y === null || y < 1e6));
  assert.equal(plot([...lines, diverged], { hasOutliers: true }).scale, null);
});

const group = (changes) => makeLine([1, 2, NaN], { low: [0.5, NaN, NaN], high: [1.5, NaN, NaN], members: [], ...changes });

test("a line of several runs has its band, broken where there is none", () => {
  const { bands, points } = plot([group({ color: 3 })]);
  assert.deepEqual(bands[0], { x: 0, low: 0.5, high: 1.5, run: "a", color: "#3" });
  assert.deepEqual(bands.slice(1).map(({ low, high }) => [low, high]), [[null, null], [null, null]]);
  assert.equal(bands.length, points.length);
});

test("members of a line end, fail and log NaN in its stead", () => {
  const members = [makeLine([1, NaN, 4], { status: "failed" }), makeLine([1, 2, 3])];
  const { dots, breaks, broken } = plot([group({ y: [1, 2, 3.5], members })]);
  assert.deepEqual(dots.map(({ x, y, stroke }) => [x, y, stroke]), [[2, 4, "#f"]]);
  assert.deepEqual(breaks, [{ x: 1, color: "#1" }]);
  assert.equal(broken, 1);
});

test("runs behind a line are pale, and only there when asked for", () => {
  const { points } = plot([group({ ghosts: [{ id: "g", x: [0, 1], y: [7, 8] }] })]);
  assert.deepEqual(points.filter(({ opacity }) => opacity === 0.28).map(({ y, run }) => [y, run]), [[7, "g raw"], [8, "g raw"]]);
  assert.equal(points[0].y, 7);
});

test("what was smoothed before is not smoothed again", () => {
  const { curves, points } = plot([makeLine([1, 3], { isSmooth: true })], { smooth: 0.5 });
  assert.deepEqual([...curves[0].y], [1, 3]);
  assert.equal(points.length, 2);
});

test("on a logarithmic axis a band that reaches zero ends at the least that is drawn", () => {
  const { bands } = plot([makeLine([1, 2], { low: [-1, 0.5], high: [3, 4], members: [] })], { isLog: true });
  assert.deepEqual(bands.map(({ low }) => low), [0.5, 0.5]);
});

test("bands and ghosts count as rows", () => {
  const y = Array.from({ length: 2000 }, (_, i) => Math.sin(i));
  const ghosts = Array.from({ length: 20 }, (_, i) => ({ id: String(i), x: y.map((_, k) => k), y }));
  const lines = Array.from({ length: 10 }, (_, i) => makeLine(y, { id: `g${i}`, low: y, high: y, members: [], ghosts: i ? [] : ghosts }));
  const { points, bands } = plot(lines, { widthPx: 1200 });
  assert.ok(points.length + bands.length <= 10000, `${points.length} + ${bands.length}`);
});

test("through a window lines lead out of it, marks and readings stay inside", () => {
  const line = makeLine([9, 1, NaN, 2, 3, 50, 4], { status: "failed" });
  const { points, breaks, curves, dots, ends, broken } = plot([line], { window: [1, 4] });
  assert.deepEqual(points.map(({ x }) => x), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual([...curves[0].line.x], [1, 2, 3, 4]);
  assert.deepEqual(breaks.map(({ x }) => x), [2]);
  assert.deepEqual([ends.low, ends.high], [1, 3]);
  assert.deepEqual(dots, [], "the end of the run is not seen");
  assert.equal(broken, 1);
  assert.deepEqual(plot([line], { window: [20, 30] }).curves[0].end, -1);
});

test("an end of y that was asked for goes over all others", () => {
  assert.deepEqual(plot([makeLine([1, 2])], { range: [0.5, null] }).ends, { low: 0.5, high: null, isExact: true });
  assert.equal(plot([makeLine([1, 2])], { range: [-1, null], isLog: true }).ends.low, null);
});

test("a run that diverged within a group does not set the scale either", () => {
  const members = [0, 1, 2, 3].map((i) => makeLine([i, 1], { id: String(i) }));
  const diverged = makeLine([1, 1e24], { id: "x" });
  const { scale } = plot([makeLine([1, 2e23], { members: [...members, diverged], low: [0, 0], high: [2, 1e24] })]);
  assert.deepEqual(scale, { low: 0, high: 3, count: 1 });
});
