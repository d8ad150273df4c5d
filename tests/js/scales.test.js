"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { signalsOf } = require("../../templates/js/lib/scales.js");
const { timeTicks } = require("../../templates/js/lib/ticks.js");

const LINEAR = { x: "linear", y: "linear" };
const plot = (points, ends = {}) => ({ points: points.map(([x, y]) => ({ x, y })), bands: [], ends: { low: null, high: null, isExact: false, ...ends } });

test("an axis of steps has whole ticks of its own", () => {
  const signals = signalsOf(plot([[0, 1], [9, 2]]), { xTitle: "step" }, LINEAR);
  assert.deepEqual(signals, { x_title: "step", x_low: null, x_high: null, x_ticks: null, x_format: "", x_min_step: 1, y_low: null, y_high: null, y_is_exact: false });
});

test("a window is the ends of x, a range those of y", () => {
  const signals = signalsOf(plot([[0, 1], [9, 2]], { low: 0.5, isExact: true }), { xTitle: "time in s", xKind: "time", window: [2, 3] }, LINEAR);
  assert.deepEqual([signals.x_low, signals.x_high, signals.x_min_step, signals.y_low, signals.y_is_exact], [2, 3, 0, 0.5, true]);
});

test("a logarithmic axis of a metric begins below its least value", () => {
  const signals = signalsOf(plot([[1e-5, 1], [1e-2, 2]]), { xTitle: "lr", xKind: "metrics.lr" }, { x: "log", y: "log" });
  assert.ok(Math.abs(signals.x_unit / 1e-8 - 1) < 1e-9);
  assert.deepEqual([signals.x_ticks[0], signals.x_ticks.at(-1)], [1e-5, 1e-2]);
  assert.ok(signals.y_ticks.length > 1);
  assert.equal(signalsOf(plot([[0, 1], [100, 2]]), { xTitle: "step" }, { x: "log", y: "linear" }).x_unit, 1);
});

test("nothing to draw has no ticks", () => {
  const signals = signalsOf(plot([]), { xTitle: "time (UTC)", xKind: "wall" }, { x: "linear", y: "log" });
  assert.deepEqual([signals.x_ticks, signals.y_ticks], [null, null]);
});

test("times are told in steps that people count in", () => {
  const at = Date.UTC(2026, 10, 21, 3, 52);
  const hour = 36e5;
  const { ticks, format } = timeTicks(at, at + 2 * hour);
  assert.equal(format, "%H:%M");
  assert.deepEqual(ticks.map((tick) => new Date(tick).toISOString().slice(11, 16)), ["04:00", "04:30", "05:00", "05:30"]);
  assert.equal(timeTicks(at, at + 40 * hour).format, "%-d %b %H:%M");
  assert.equal(timeTicks(at, at + 40 * 24 * hour).format, "%-d %b");
  assert.equal(timeTicks(at, at + 500).format, "%H:%M:%S.%L");
  assert.deepEqual(timeTicks(at, at), { ticks: null, format: "%-d %b %Y %H:%M" });
  const days = (start, end) => timeTicks(start, end).ticks.map((tick) => new Date(tick).toISOString().slice(0, 10));
  assert.deepEqual(days(at, Date.UTC(2027, 4, 2)), ["2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01"]);
  assert.equal(timeTicks(at, at + 400 * 24 * hour).format, "%b %Y");
  assert.deepEqual(days(at, Date.UTC(2031, 0, 1)), ["2027-01-01", "2028-01-01", "2029-01-01", "2030-01-01", "2031-01-01"]);
  assert.equal(timeTicks(at, Date.UTC(2031, 0, 1)).format, "%Y");
  for (const span of [500, 5e3, 9e4, 2e6, 3e7, 4e8, 5e9, 1e11, 1e12]) {
    const found = timeTicks(at, at + span).ticks;
    assert.ok(found.length >= 2 && found.length <= 7, `${span}: ${found.length}`);
    assert.ok(found.every((tick) => tick >= at && tick <= at + span));
  }
});
