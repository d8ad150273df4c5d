"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");

const { foldersOf, foldedAtFirst, visible } = require("../../templates/js/lib/file_tree.js");

const file = (path) => ({ path, isFolder: false });
const folder = (path) => ({ path, isFolder: true });
const names = (lines, folded, typed) => lines.filter((_, i) => visible(lines, new Set(folded), typed).seen[i]).map(({ path }) => path);

const TREE = [folder("a"), folder("a/b"), file("a/b/one.png"), file("a/two.txt"), folder("ab"), file("ab/three.png"), file("top.md")];

test("folders of a path, the outermost first", () => {
  assert.deepEqual(foldersOf("a/b/one.png"), ["a", "a/b"]);
  assert.deepEqual(foldersOf("top.md"), []);
});

test("a folded folder hides all that is in it, and no folder of a like name", () => {
  assert.deepEqual(names(TREE, ["a"], ""), ["a", "ab", "ab/three.png", "top.md"]);
  assert.deepEqual(names(TREE, ["a/b"], ""), ["a", "a/b", "a/two.txt", "ab", "ab/three.png", "top.md"]);
  assert.equal(names(TREE, [], "").length, TREE.length);
});

test("what is looked for is found in folded folders, by words of its whole path", () => {
  assert.deepEqual(names(TREE, ["a", "ab"], "PNG"), ["a", "a/b", "a/b/one.png", "ab", "ab/three.png"]);
  assert.deepEqual(names(TREE, [], "a/b png"), ["a", "a/b", "a/b/one.png"]);
  assert.deepEqual(names(TREE, [], "nothing"), []);
  assert.equal(visible(TREE, new Set(), "png").files, 2);
});

test("a short tree begins open, a long one with its full folders folded", () => {
  const many = Array.from({ length: 70 }, (_, i) => file(`many/${i}`));
  assert.deepEqual([...foldedAtFirst(TREE)], []);
  assert.deepEqual([...foldedAtFirst([...TREE, folder("many"), ...many])], ["many"]);
});
