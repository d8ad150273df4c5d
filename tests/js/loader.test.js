"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { createLoader, DataFileError, TIMEOUT_MS } = require("../../templates/js/lib/loader.js");

/** A loader whose scripts and clock are moved by the test. */
function makeLoader() {
  const scripts = [];
  const timers = new Map();
  const loader = createLoader({
    inject: (path, done, failed) => scripts.push({ path, done, failed }),
    after: (act, ms) => {
      const timer = Symbol("timer");
      timers.set(timer, { act, ms });
      return timer;
    },
    cancel: (timer) => timers.delete(timer),
  });
  return { loader, scripts, timers };
}

test("load resolves to what the file registered", async () => {
  const { loader, scripts, timers } = makeLoader();
  const loaded = loader.load("data/a.js", "a");
  loader.register("a", { n: 1 });
  scripts[0].done();
  assert.deepEqual(await loaded, { n: 1 });
  assert.equal(timers.size, 0);
});

test("one request a file, however often it is asked for", async () => {
  const { loader, scripts } = makeLoader();
  const both = [loader.load("data/a.js", "a"), loader.load("data/a.js", "a")];
  loader.register("a", 7);
  scripts[0].done();
  assert.deepEqual(await Promise.all(both), [7, 7]);
  assert.equal(await loader.load("data/a.js", "a"), 7);
  assert.equal(scripts.length, 1);
});

test("what is registered already needs no request", async () => {
  const { loader, scripts } = makeLoader();
  loader.register("a", 0);
  assert.ok(loader.has("a"));
  assert.equal(await loader.load("data/a.js", "a"), 0);
  assert.equal(scripts.length, 0);
});

test("a library resolves when it has run", async () => {
  const { loader, scripts } = makeLoader();
  const loaded = loader.load("assets/vega.js");
  scripts[0].done();
  assert.equal(await loaded, undefined);
});

test("a missing file says to unzip the whole report, and may be asked for again", async () => {
  const { loader, scripts, timers } = makeLoader();
  const first = loader.load("data/a.js", "a");
  scripts[0].failed();
  await assert.rejects(first, (error) => {
    assert.ok(error instanceof DataFileError);
    assert.equal(error.reason, "missing");
    assert.equal(error.message, "Data file not found: data/a.js. Unzip the whole report, not one page.");
    return true;
  });
  assert.equal(timers.size, 0);
  const second = loader.load("data/a.js", "a");
  loader.register("a", 1);
  scripts[1].done();
  assert.equal(await second, 1);
});

test("a file that takes too long fails", async () => {
  const { loader, timers } = makeLoader();
  const loaded = loader.load("data/a.js", "a");
  const [timer] = timers.values();
  assert.equal(timer.ms, TIMEOUT_MS);
  timer.act();
  await assert.rejects(loaded, { reason: "late", message: /within 20 seconds: data\/a.js/ });
});

test("a file that registers nothing is damaged", async () => {
  const { loader, scripts } = makeLoader();
  const loaded = loader.load("data/a.js", "a");
  loader.register("b", 1);
  scripts[0].done();
  await assert.rejects(loaded, { reason: "damaged" });
});
