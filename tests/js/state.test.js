"use strict";
const assert = require("node:assert/strict");
const path = require("node:path");
const { test } = require("node:test");
const state = require("../../templates/js/lib/state.js");

test("nothing that differs is no address", () => {
  assert.equal(state.print({}), "");
  assert.equal(state.print({ tab: "runs" }, { tab: "runs" }), "");
  assert.equal(state.print({ cols: ["a", "b"] }, { cols: ["a", "b"] }), "");
});

test("the version comes first, then names in the order they were set", () => {
  const view = { tab: "charts", sort: "-metrics.val_loss" };
  assert.equal(state.print(view), "#v=1&tab=charts&sort=-metrics.val_loss");
});

test("what is printed is what is parsed", () => {
  const views = [
    { q: "params.model = 'mlp' AND lr > 1e-3 & 50 % = x#y+z" },
    { cols: ["metrics.a,b", "params.c d", "tags./:@", ""], tab: "runs" },
    { sel: ["7f3a09c2", "00000000"], theme: "dark" },
    { q: "実験 تشغيل 🏁" },
    { "a=b&c": "d" },
  ];
  for (const view of views) assert.deepEqual(state.parse(state.print(view)), view);
});

test("an empty list is a choice and survives", () => {
  assert.deepEqual(state.parse(state.print({ cols: [] }, { cols: ["a"] })), { cols: [] });
});

test("addresses typed by hand are read", () => {
  assert.deepEqual(state.parse("#tab=charts"), { tab: "charts" });
  assert.deepEqual(state.parse("tab=charts&q=a+b"), { tab: "charts", q: "a b" });
  assert.deepEqual(state.parse("#query"), {});
  assert.deepEqual(state.parse(""), {});
  assert.deepEqual(state.parse("#&&=x&tab=a"), { tab: "a" });
});

test("a broken escape loses nothing else", () => {
  assert.deepEqual(state.parse("#v=1&q=50%&tab=runs"), { q: "50%", tab: "runs" });
});

test("a link of a newer report opens the default view", () => {
  assert.deepEqual(state.parse("#v=2&tab=charts"), {});
  assert.deepEqual(state.parse("#v=x&tab=charts"), {});
});

test("names this report does not know are kept", () => {
  assert.equal(state.print(state.parse("#v=1&later=1&tab=charts")), "#v=1&later=1&tab=charts");
});

test("a change takes out what is null and leaves the old view alone", () => {
  const before = { tab: "charts", q: "x" };
  assert.deepEqual(state.change(before, { q: null, sort: "a" }), { tab: "charts", sort: "a" });
  assert.deepEqual(before, { tab: "charts", q: "x" });
});

test("differing names compare lists by what they hold", () => {
  assert.deepEqual(state.differing({ sel: ["a"], q: "x" }, { sel: ["a"], tab: "y" }), ["q", "tab"]);
});

test("views are written and read as the builder writes and reads them", () => {
  const cases = require(path.join(__dirname, "..", "shared", "view_cases.json"));
  for (const { hash, view } of cases) {
    assert.equal(state.print(view), hash);
    assert.deepEqual(state.parse(hash), view);
  }
});
