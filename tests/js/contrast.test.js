/** Differences, intervals and profiles against the numbers of scipy, rliable and our Python. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const path = require("node:path");
const { load } = require("./payloads.js");
const table = require(path.join(__dirname, "..", "shared", "comparison_cases.json"));

const { draws, bootstrap, contrast, statistics } = load("draws", "bootstrap", "statistics", "contrast");

const logged = (values) => values.map((value) => (value === "nan" ? NaN : value === "inf" ? Infinity : value));

function close(found, wanted, what, relative = 1e-8) {
  if (wanted === null) assert.ok(Number.isNaN(found), `${what}: ${found}`);
  else assert.ok(Math.abs(found - wanted) <= Math.max(relative * Math.abs(wanted), 1e-14), `${what}: ${found} is not ${wanted}`);
}

test("draws are those of the builder", () => {
  for (const { seed, stream, n, places } of table.draws) {
    const next = draws.places(draws.stream(seed, stream), n);
    assert.deepEqual(places.map(() => next()), places);
  }
});

for (const { name, base, values, direction, n, claim, wanted } of table.pairs) {
  test(`two groups: ${name}`, () => {
    const found = contrast.contrast(logged(base), logged(values), direction);
    for (const [key, value] of Object.entries(wanted)) if (!key.startsWith("scipy")) close(found[key], value, key);
    assert.deepEqual([found.nBase, found.n], n);
    assert.equal(contrast.claim(found, direction), claim);
  });
}

for (const { name, tasks, direction, iqm, low, high, ...wanted } of table.many) {
  test(`many groups: ${name}`, () => {
    const found = bootstrap.interquartileMean(tasks);
    close(found.value, iqm, "interquartile mean", 1e-12);
    close(found.low, low, "low");
    close(found.high, high, "high");
    const profile = bootstrap.profile(tasks, wanted.scores, direction);
    wanted.shares.forEach((share, i) => close(profile.shares[i], share, `share ${i}`));
    wanted.bandLow.forEach((share, i) => close(profile.low[i], share, `low ${i}`));
    wanted.bandHigh.forEach((share, i) => close(profile.high[i], share, `high ${i}`));
  });
}

test("intervals of means are those of the builder", () => {
  for (const { values, low, high } of table.means) {
    const found = bootstrap.mean(values);
    close(found.low, low, "low");
    close(found.high, high, "high");
  }
});

test("a cell's judgement is the claim of the same draws", () => {
  for (const { base, values, direction } of table.pairs) {
    const how = { count: 2000 };
    const whole = contrast.contrast(logged(base), logged(values), direction, how);
    assert.equal(contrast.judge(logged(base), logged(values), direction, how), contrast.claim(whole, direction));
  }
});

test("p values after Holm", () => {
  for (const { ps, adjusted } of table.holm) contrast.holm(ps.map((p) => p ?? NaN)).forEach((p, i) => close(p, adjusted[i], `p ${i}`));
});

test("an adjusted p can take a claim back", () => {
  const found = contrast.contrast([1, 1.1, 0.9, 1.05], [2, 2.2, 1.9, 2.1], "max");
  assert.equal(contrast.claim(found, "max"), "better");
  assert.equal(contrast.claim(found, "max", 0.2), "unclear");
});

test("nothing logged is no error", () => {
  const found = contrast.contrast([], [], "max");
  assert.equal(contrast.claim(found, "max"), "few");
  assert.ok(Number.isNaN(found.difference) && Number.isNaN(found.low) && Number.isNaN(found.uP));
  assert.deepEqual(bootstrap.mean([]).n, 0);
});

test("the error function's complement to twelve digits", () => {
  const known = { 0: 1, 0.5: 0.4795001221869535, 1.9: 0.007209570764738532, 2: 0.004677734981047266, 5: 1.5374597944280349e-12, "-1": 1.8427007929497148 };
  for (const [x, wanted] of Object.entries(known)) close(statistics.erfc(Number(x)), wanted, `erfc(${x})`, 1e-12);
});
