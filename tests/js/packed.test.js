"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const zlib = require("node:zlib");
const packed = require("../../templates/js/lib/packed.js");

test("links lead to site paths, from wherever their page lies", () => {
  const page = "experiment/7/index.html";
  assert.deepEqual(packed.resolve("../../run/ab.html", page), { path: "run/ab.html", fragment: "" });
  assert.deepEqual(packed.resolve("../../index.html#problems", page), { path: "index.html", fragment: "problems" });
  assert.deepEqual(packed.resolve("#v=1&q=a%20b", page), { path: page, fragment: "v=1&q=a%20b" });
  assert.deepEqual(packed.resolve("../artifacts/ab/100%25%20done%20%231.png", "run/ab.html"), {
    path: "artifacts/ab/100% done #1.png",
    fragment: "",
  });
  assert.deepEqual(packed.resolve("x.png", "artifacts/a b#1/page.html"), { path: "artifacts/a b#1/x.png", fragment: "" });
});

test("what leads out of the report stays as it is", () => {
  for (const href of ["https://example.org/", "//example.org/x", "mailto:a@b.c", "data:,x", "blob:null/1"]) {
    assert.equal(packed.resolve(href, "index.html"), null);
  }
  assert.deepEqual(packed.resolve("../../../../etc/passwd", "run/a.html").path, "etc/passwd");
  assert.equal(packed.resolve("%E0%A4%A", "index.html"), null);
});

test("a page is a name in the view's state", () => {
  const address = packed.address({ path: "run/ab.html", fragment: "v=1&fig=a%2Cb.png" });
  assert.equal(address, "#v=1&page=run/ab.html&fig=a%2Cb.png");
  assert.equal(packed.pageOf(address), "run/ab.html");
  assert.equal(packed.address({ path: "index.html", fragment: "" }), "#v=1&page=index.html");
  assert.equal(packed.address({ path: "index.html", fragment: "problems" }), "#v=1&page=index.html&tab=problems&at=problems");
});

test("without a page it is the first", () => {
  for (const hash of ["", "#", "#main", "#v=1&q=x"]) assert.equal(packed.pageOf(hash), "index.html");
});

test("blocks become what they were", async () => {
  const text = "é 🏁 </script>".repeat(1000);
  const zipped = zlib.gzipSync(Buffer.from(text)).toString("base64");
  assert.equal(await packed.unzip(packed.decode(zipped)), text);
  assert.deepEqual([...packed.decode("AP+A")], [0, 255, 128]);
});
