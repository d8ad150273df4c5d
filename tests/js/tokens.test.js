"use strict";
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");

const CSS = path.join(__dirname, "../../templates/css");
const sheet = readFileSync(path.join(CSS, "tokens.css"), "utf8");

/** The custom properties of the first rule with this selector. */
function tokensOf(selector) {
  const start = sheet.indexOf(`${selector} {`);
  const body = sheet.slice(start, sheet.indexOf("}", start));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]));
}

const light = tokensOf(":root");
const dark = tokensOf(':root[data-theme="dark"]');

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast ratio of two colours. */
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const SURFACES = ["bg", "surface", "sunken", "hover", "accent-weak"];
const RUN_COLORS = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"];

function assertContrast(tokens, marks, surfaces, least) {
  for (const mark of marks) {
    for (const surface of surfaces) {
      const ratio = contrast(tokens[mark], tokens[surface]);
      assert.ok(ratio >= least, `--${mark} on --${surface}: ${ratio.toFixed(2)} < ${least}`);
    }
  }
}

test("the dark theme is the same whether chosen or the system's", () => {
  assert.deepEqual(tokensOf(":root:not([data-theme])"), dark);
  assert.ok(Object.keys(dark).length > 30);
  for (const name of Object.keys(dark)) assert.ok(name in light, name);
});

for (const [theme, tokens] of Object.entries({ light, dark })) {
  test(`${theme}: text is readable on every surface`, () => {
    assertContrast(tokens, ["text", "text-2", "text-3", "accent", "ok", "bad", "warn", "live", "off"], SURFACES, 4.5);
    assertContrast(tokens, ["text", "text-2", "ok", "bad"], ["h1", "h2", "h3", "h4"], 4.5);
    assertContrast(tokens, ["on-accent"], ["accent"], 4.5);
    assertContrast(tokens, ["bad", "text"], ["bad-weak"], 4.5);
    assertContrast(tokens, ["warn", "text"], ["warn-weak"], 4.5);
  });

  test(`${theme}: marks and edges of controls are seen`, () => {
    assertContrast(tokens, RUN_COLORS, ["surface"], 3.5);
    assertContrast(tokens, RUN_COLORS, ["sunken", "accent-weak"], 3);
    assertContrast(tokens, ["q1", "q2", "q3", "q4", "q5", "q6", "q7"], ["surface", "sunken"], 3);
    assertContrast(tokens, ["line-ctl"], ["bg", "surface"], 3);
  });
}

test("shades grow darker on paper and lighter in the dark", () => {
  const shades = ["q1", "q2", "q3", "q4", "q5", "q6", "q7"];
  const order = (tokens) => shades.map((name) => luminance(tokens[name]));
  assert.deepEqual(order(light), order(light).sort((a, b) => b - a));
  assert.deepEqual(order(dark), order(dark).sort((a, b) => a - b));
});

test("every custom property that a style sheet asks for is a token", () => {
  const known = new Set([...Object.keys(light), "c", "stuck-at"]);
  for (const name of ["layout", "controls", "table", "charts", "run", "print"]) {
    const css = readFileSync(path.join(CSS, `${name}.css`), "utf8");
    for (const [, asked] of css.matchAll(/var\(--([\w-]+)/g)) assert.ok(known.has(asked), `${name}.css: --${asked}`);
  }
});
