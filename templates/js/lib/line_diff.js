/**
 * Two texts line by line: what stands in one and not in the other, with some lines around it.
 *
 * The shortest edit script by Myers' algorithm (1986, the greedy one), after equal lines at both ends
 * have been set aside. Texts that differ in more than a few thousand lines are told as one change:
 * the time grows with the square of the difference. This file knows no element.
 *
 * @typedef {object} Line
 * @property {" "|"-"|"+"} sign
 * @property {string} text
 *
 * @typedef {object} Hunk
 * @property {number} old  the number of its first line in the old text, from 1
 * @property {number} new
 * @property {Line[]} lines
 */
(function (reporter) {
  "use strict";

  /** Of lines that were taken away and added: beyond, a few hundred milliseconds and no reader. */
  const MOST_EDITS = 3000;

  const CONTEXT = 3;

  /** A text without its last line break. @returns {string[]} */
  function linesOf(text) {
    if (text === "") return [];
    const lines = text.replace(/\r\n?/g, "\n").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines;
  }

  /** How far each diagonal was reached, before every further edit; null when there are too many. */
  function explore(a, b) {
    const most = Math.min(a.length + b.length, MOST_EDITS);
    const reached = new Int32Array(2 * most + 3);
    const middle = most + 1;
    const trace = [];
    for (let edits = 0; edits <= most; edits++) {
      trace.push(reached.slice(middle - edits - 1, middle + edits + 2));
      for (let k = -edits; k <= edits; k += 2) {
        const goesDown = k === -edits || (k !== edits && reached[middle + k - 1] < reached[middle + k + 1]);
        let x = goesDown ? reached[middle + k + 1] : reached[middle + k - 1] + 1;
        while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
        reached[middle + k] = x;
        if (x >= a.length && x - k >= b.length) return trace;
      }
    }
    return null;
  }

  /** Walk back from the end: signs in the order of the texts. */
  function walkBack(a, b, trace) {
    const lines = [];
    let [x, y] = [a.length, b.length];
    for (let edits = trace.length - 1; edits >= 0; edits--) {
      const reached = (k) => trace[edits][k + edits + 1];
      const k = x - y;
      const goesDown = k === -edits || (k !== edits && reached(k - 1) < reached(k + 1));
      const before = goesDown ? k + 1 : k - 1;
      const startX = edits ? reached(before) : 0;
      const startY = startX - before;
      const [endX, endY] = edits ? (goesDown ? [startX, startY + 1] : [startX + 1, startY]) : [0, 0];
      while (x > endX && y > endY) lines.push({ sign: " ", text: a[--x] }) && y--;
      if (!edits) break;
      lines.push(goesDown ? { sign: "+", text: b[startY] } : { sign: "-", text: a[startX] });
      [x, y] = [startX, startY];
    }
    return lines.reverse();
  }

  function replaced(a, b) {
    return [...a.map((text) => ({ sign: "-", text })), ...b.map((text) => ({ sign: "+", text }))];
  }

  /**
   * Every line of both texts.
   *
   * @param {string} before
   * @param {string} after
   * @returns {Line[]}
   */
  function compare(before, after) {
    const [a, b] = [linesOf(before), linesOf(after)];
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start++;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
    const [coreA, coreB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
    const same = (text) => ({ sign: " ", text });
    const trace = explore(coreA, coreB);
    const core = trace ? walkBack(coreA, coreB, trace) : replaced(coreA, coreB);
    return [...a.slice(0, start).map(same), ...core, ...a.slice(a.length - end).map(same)];
  }

  /** Changes with the lines around them; hunks whose surroundings meet are one. @param {Line[]} lines @returns {Hunk[]} */
  function hunks(lines, context = CONTEXT) {
    const found = [];
    let [oldAt, newAt, kept] = [1, 1, -2]; // -2: no line lies before the first
    lines.forEach((line, i) => {
      const isNear = lines.slice(Math.max(0, i - context), i + context + 1).some(({ sign }) => sign !== " ");
      if (isNear && kept !== i - 1) found.push({ old: oldAt, new: newAt, lines: [] });
      if (isNear) {
        found.at(-1).lines.push(line);
        kept = i;
      }
      if (line.sign !== "+") oldAt++;
      if (line.sign !== "-") newAt++;
    });
    return found;
  }

  /** How many lines were added and taken away. @param {Line[]} lines */
  function count(lines) {
    const of = (wanted) => lines.filter(({ sign }) => sign === wanted).length;
    return { added: of("+"), removed: of("-") };
  }

  reporter.lineDiff = { compare, hunks, count };
  if (typeof module === "object") module.exports = reporter.lineDiff;
})((globalThis.reporter = globalThis.reporter || {}));
