/**
 * A tree of files as a list of lines: which lines are seen while folders are folded, and while somebody
 * looks for a name.
 *
 * Pure; knows no element.
 *
 * @typedef {{path: string, isFolder: boolean}} Line  in the order of the tree, folders before what is in them
 */
(function (reporter) {
  "use strict";

  /** A tree of so many lines is seen at a glance. */
  const FEW_LINES = 60;

  /** Folders with more files begin folded in a longer tree. */
  const FEW_FILES = 12;

  const parentOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

  /** All folders that a path lies in, the outermost first. */
  function foldersOf(path) {
    const found = [];
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) found.push(path.slice(0, at));
    return found;
  }

  /**
   * Folders that are folded when nobody has chosen yet.
   * @param {Line[]} lines
   * @returns {Set<string>}
   */
  function foldedAtFirst(lines) {
    if (lines.length <= FEW_LINES) return new Set();
    const counts = new Map();
    for (const { path, isFolder } of lines) {
      if (!isFolder) for (const folder of foldersOf(path)) counts.set(folder, (counts.get(folder) || 0) + 1);
    }
    return new Set([...counts].filter(([, count]) => count > FEW_FILES).map(([folder]) => folder));
  }

  /**
   * Which lines are seen.
   * @param {Line[]} lines
   * @param {Set<string>} folded
   * @param {string} typed  words that a path must have; while there are any, nothing is folded
   * @returns {{seen: boolean[], files: number}}  and how many files fit what was typed
   */
  function visible(lines, folded, typed) {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    return words.length ? fitting(lines, words) : { seen: unfolded(lines, folded), files: lines.length };
  }

  function unfolded(lines, folded) {
    const hidden = new Set();
    return lines.map(({ path, isFolder }) => {
      const isSeen = !hidden.has(parentOf(path));
      if (isFolder && (!isSeen || folded.has(path))) hidden.add(path);
      return isSeen;
    });
  }

  /** Files whose paths have all words, and the folders they lie in. */
  function fitting(lines, words) {
    const holding = new Set();
    let files = 0;
    for (const { path, isFolder } of lines) {
      const lowered = path.toLowerCase();
      if (isFolder || !words.every((word) => lowered.includes(word))) continue;
      files++;
      holding.add(path);
      for (const folder of foldersOf(path)) holding.add(folder);
    }
    return { seen: lines.map(({ path }) => holding.has(path)), files };
  }

  reporter.fileTree = { foldersOf, foldedAtFirst, visible };
  if (typeof module === "object") module.exports = reporter.fileTree;
})((globalThis.reporter = globalThis.reporter || {}));
