/** Number, time and size formats, from the table shared with reporter/site/numbers.py. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const path = require("node:path");

const format = require(path.join(__dirname, "../../templates/js/lib/format.js"));
const table = require(path.join(__dirname, "..", "shared", "format_cases.json"));

/** JSON has no NaN and no infinities: the table writes them as text. */
function value(written) {
  if (Array.isArray(written)) return written.map(value);
  return ["NaN", "Infinity", "-Infinity"].includes(written) ? Number(written) : written;
}

function check(name, print) {
  test(name, () => {
    for (const written of table[name]) {
      const args = written.slice(0, -1).map(value);
      assert.equal(print(...args), written.at(-1), JSON.stringify(written));
    }
  });
}

check("number", format.number);
check("decimals", format.columnDecimals);
check("duration", format.duration);
check("time", format.time);
check("time_exact", format.timeExact);
check("relative", format.relative);
check("bytes", format.bytes);
check("count", format.count);
check("truncate", format.truncateMiddle);

test("a long column is sampled", () => {
  const close = Float64Array.from({ length: 100000 }, (_, i) => 1 + i / 1e5);
  assert.equal(format.columnDecimals(close), 3);
});
