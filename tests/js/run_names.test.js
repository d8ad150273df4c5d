"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");

const { withoutMarks } = require("../../templates/js/lib/run_names.js");

test("marks of direction are taken out, letters stay", () => {
  assert.equal(withoutMarks("report\u202efdp.exe\u2069"), "reportfdp.exe");
  assert.equal(withoutMarks("שלום é 🎉"), "שלום é 🎉");
});
