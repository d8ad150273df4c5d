/**
 * Text patterns that answer in linear time whatever the pattern: LIKE and regular expressions.
 *
 * A link may bring any query along, so none may hang the page: "(a+)+$" is not given to the
 * browser's engine but to this small one, which looks at each character once. It is the twin of
 * reporter/search/pattern.py, where the syntax is described; tests/shared/filter_cases.json holds
 * them together. Characters are Unicode code points, in both.
 */
(function (reporter) {
  "use strict";

  const MAX_STATES = 1000;
  const MAX_REPEAT = 500;
  const MAX_DEPTH = 50;
  const MEMO_LIMIT = 5000;

  const ANY_BUT_NEWLINE = [
    [0, 9],
    [11, 0x10ffff],
  ];
  const CLASSES = {
    d: [[48, 57]],
    w: [
      [48, 57],
      [65, 90],
      [95, 95],
      [97, 122],
    ],
    s: [
      [9, 13],
      [32, 32],
    ],
  };
  const ESCAPED = { n: 10, r: 13, t: 9 };

  /** A regular expression that cannot be read, at `offset` characters from its start. */
  class PatternError extends Error {
    constructor(offset, expected) {
      super(`expected ${expected} at ${offset}`);
      this.offset = offset;
      this.expected = expected;
    }
  }

  /**
   * Compile an SQL pattern: "%" is any text, "_" any one character; there is no escape.
   * @param {string} pattern
   * @param {boolean} [ignoreCase]
   * @returns {(text: string) => boolean} whether a whole text matches
   */
  function like(pattern, ignoreCase = false) {
    const wanted = Array.from(ignoreCase ? pattern.toLowerCase() : pattern);
    const inner = wanted.slice(1, -1).join("");
    if (wanted.length > 2 && wanted[0] === "%" && wanted.at(-1) === "%" && !/[%_]/.test(inner)) {
      return (text) => (ignoreCase ? text.toLowerCase() : text).includes(inner);
    }
    return (text) => matchLike(wanted, Array.from(ignoreCase ? text.toLowerCase() : text));
  }

  /** Match by going on from the last "%" only, which is enough when "%" is the only star. */
  function matchLike(pattern, text) {
    let at = 0;
    let here = 0;
    let star = -1;
    let since = 0;
    while (here < text.length) {
      if (pattern[at] === "%") {
        star = at++;
        since = here;
      } else if (pattern[at] === "_" || pattern[at] === text[here]) {
        at++;
        here++;
      } else if (star >= 0) {
        at = star + 1;
        here = ++since;
      } else return false;
    }
    return pattern.slice(at).every((sign) => sign === "%");
  }

  const isDigits = (text) => /^[0-9]{1,4}$/.test(text);
  const isOne = (ranges) => ranges.length === 1 && ranges[0][0] === ranges[0][1];
  const codes = (sign) => [[sign.codePointAt(0), sign.codePointAt(0)]];

  /** Reads a pattern by recursive descent into nested parts. */
  class Reader {
    constructor(signs, start) {
      this.signs = signs;
      this.at = start;
      this.depth = 0;
    }

    peek() {
      return this.signs[this.at] ?? "";
    }

    either() {
      if (++this.depth > MAX_DEPTH) {
        throw new PatternError(this.at, `at most ${MAX_DEPTH} nested groups`);
      }
      const parts = [this.sequence()];
      while (this.peek() === "|") {
        this.at++;
        parts.push(this.sequence());
      }
      this.depth--;
      return parts.length === 1 ? parts[0] : { kind: "either", parts };
    }

    sequence() {
      const parts = [];
      while (!["", "|", ")"].includes(this.peek())) parts.push(this.repeated());
      return { kind: "both", parts };
    }

    repeated() {
      const start = this.at;
      const part = this.atom();
      const bounds = this.bounds();
      if (!bounds) return part;
      if (part.kind === "start" || part.kind === "end") {
        throw new PatternError(start, "something to repeat");
      }
      if (this.peek() === "?") this.at++;
      if (["*", "+", "?"].includes(this.peek()) || this.bounds()) {
        throw new PatternError(this.at, "one repetition only");
      }
      return { kind: "repeat", part, least: bounds[0], most: bounds[1] };
    }

    /** @returns {[number, number] | null} how often at least and at most */
    bounds() {
      const sign = this.peek();
      if (["*", "+", "?"].includes(sign)) {
        this.at++;
        return [sign === "+" ? 1 : 0, sign === "?" ? 1 : Infinity];
      }
      const end = sign === "{" ? this.signs.indexOf("}", this.at) : -1;
      if (end < 0) return null;
      const written = this.signs.slice(this.at + 1, end).join("");
      const comma = written.indexOf(",");
      const least = comma < 0 ? written : written.slice(0, comma);
      const most = comma < 0 ? "" : written.slice(comma + 1);
      if (!isDigits(least) || (most && !isDigits(most))) return null;
      const upper = most ? Number(most) : comma < 0 ? Number(least) : Infinity;
      const isBounded = upper === Infinity || (Number(least) <= upper && upper <= MAX_REPEAT);
      if (Number(least) > MAX_REPEAT || !isBounded) {
        throw new PatternError(this.at, `a repetition from 0 to ${MAX_REPEAT}`);
      }
      this.at = end + 1;
      return [Number(least), upper];
    }

    atom() {
      const sign = this.peek();
      this.at++;
      if (sign === "(") return this.group();
      if (sign === "[") return this.set();
      if (["*", "+", "?"].includes(sign)) {
        throw new PatternError(this.at - 1, "something to repeat");
      }
      if (sign === "^" || sign === "$") return { kind: sign === "^" ? "start" : "end" };
      if (sign === ".") return { kind: "set", ranges: ANY_BUT_NEWLINE, negated: false };
      if (sign === "\\") return { kind: "set", ...this.escape() };
      return { kind: "set", ranges: codes(sign), negated: false };
    }

    group() {
      const start = this.at - 1;
      if (this.peek() === "?") {
        if (this.signs[this.at + 1] !== ":") {
          throw new PatternError(start, "a plain group, ( ) or (?: )");
        }
        this.at += 2;
      }
      const part = this.either();
      if (this.peek() !== ")") throw new PatternError(start, "a ) for this (");
      this.at++;
      return part;
    }

    set() {
      const start = this.at - 1;
      const negated = this.peek() === "^";
      if (negated) this.at++;
      const ranges = [];
      while (this.peek() !== "]" || ranges.length === 0) {
        if (this.peek() === "") throw new PatternError(start, "a ] for this [");
        ranges.push(...this.setItem());
      }
      this.at++;
      return { kind: "set", ranges, negated };
    }

    setItem() {
      const first = this.setEnd();
      if (this.peek() !== "-" || ["]", undefined].includes(this.signs[this.at + 1])) return first;
      const start = this.at++;
      const last = this.setEnd();
      if (!isOne(first) || !isOne(last) || first[0][0] > last[0][0]) {
        throw new PatternError(start, "a range that goes up");
      }
      return [[first[0][0], last[0][1]]];
    }

    setEnd() {
      const sign = this.peek();
      this.at++;
      if (sign !== "\\") return codes(sign);
      const { ranges, negated } = this.escape();
      if (negated) throw new PatternError(this.at - 2, "\\d, \\w or \\s inside [ ]");
      return ranges;
    }

    escape() {
      const sign = this.peek();
      this.at++;
      if (/^[dws]$/i.test(sign)) {
        return { ranges: CLASSES[sign.toLowerCase()], negated: sign < "a" };
      }
      if (sign in ESCAPED) return { ranges: [[ESCAPED[sign], ESCAPED[sign]]], negated: false };
      if (!sign || /^[0-9a-z]$/i.test(sign)) {
        throw new PatternError(this.at - 2, "\\d, \\w, \\s, \\n, \\r, \\t or \\ before a sign");
      }
      return { ranges: codes(sign), negated: false };
    }
  }

  /** Turn parts into steps: set (then the next), fork (to each of `targets`), start, end, match. */
  function layOut(part, steps) {
    if (steps.length > MAX_STATES) throw new PatternError(0, "a shorter regular expression");
    if (part.kind === "both") for (const child of part.parts) layOut(child, steps);
    else if (part.kind === "either") layOutEither(part, steps);
    else if (part.kind === "repeat") layOutRepeat(part, steps);
    else steps.push(part);
  }

  function layOutEither({ parts }, steps) {
    const fork = { kind: "fork", targets: [] };
    steps.push(fork);
    const ends = parts.map((child) => {
      fork.targets.push(steps.length);
      layOut(child, steps);
      const end = { kind: "fork", targets: [] };
      steps.push(end);
      return end;
    });
    for (const end of ends) end.targets.push(steps.length);
  }

  function layOutRepeat({ part, least, most }, steps) {
    for (let i = 0; i < least; i++) {
      const before = steps.length;
      layOut(part, steps);
      if (steps.length === before) return; // nothing to repeat, and 500 × 500 × nothing takes long
    }
    const forks = [];
    const loop = steps.length;
    for (let i = least; i < (most === Infinity ? least + 1 : most); i++) {
      forks.push({ kind: "fork", targets: [steps.length + 1] });
      steps.push(forks.at(-1));
      layOut(part, steps);
    }
    if (most === Infinity) steps.push({ kind: "fork", targets: [loop] });
    for (const fork of forks) fork.targets.push(steps.length);
  }

  const contains = (ranges, code) => ranges.some(([low, high]) => low <= code && code <= high);

  function accepts(step, sign, ignoreCase) {
    if (step.kind !== "set") return false;
    let found = contains(step.ranges, sign.codePointAt(0));
    if (ignoreCase && !found) {
      const upper = Array.from(sign.toUpperCase());
      found = upper.length === 1 && contains(step.ranges, upper[0].codePointAt(0));
    }
    return found !== step.negated;
  }

  /** Follow forks and anchors to the steps that wait for a character, or for the end. */
  function spread(program, starts, atStart, atEnd) {
    const pending = [...starts];
    const reached = new Set();
    while (pending.length > 0) {
      const state = pending.pop();
      if (reached.has(state)) continue;
      reached.add(state);
      const step = program[state];
      if (step.kind === "fork") pending.push(...step.targets);
      else if ((step.kind === "start" && atStart) || (step.kind === "end" && atEnd)) {
        pending.push(state + 1);
      }
    }
    return [...reached].filter((state) => program[state].kind !== "fork").sort((a, b) => a - b);
  }

  /** Runs a program over texts, all alternatives at once, and remembers the steps it took. */
  function search(program, ignoreCase) {
    const last = program.length - 1;
    let states = new Map();
    let remembered = 0;
    const again = spread(program, [0], false, false);

    /** One object for each set of steps, with where each character leads. */
    function state(steps) {
      const key = steps.join();
      if (!states.has(key)) {
        states.set(key, { steps, isMatch: steps.includes(last), next: new Map(), atEnd: null });
      }
      return states.get(key);
    }

    function follow(from, sign) {
      const nexts = from.steps.filter((i) => accepts(program[i], sign, ignoreCase));
      const reached = spread(program, nexts.map((i) => i + 1), false, false);
      const to = state([...new Set([...again, ...reached])].sort((a, b) => a - b));
      if (++remembered > MEMO_LIMIT) {
        remembered = 0;
        states = new Map();
        return { ...to, next: new Map() };
      }
      from.next.set(sign, to);
      return to;
    }

    const first = spread(program, [0], true, false);
    const isEmptyMatch = spread(program, [0], true, true).includes(last);

    return (text) => {
      if (text === "") return isEmptyMatch;
      let here = state(first);
      for (const sign of ignoreCase ? text.toLowerCase() : text) {
        if (here.isMatch) return true;
        here = here.next.get(sign) ?? follow(here, sign);
      }
      here.atEnd ??= spread(program, here.steps, false, true).includes(last);
      return here.isMatch || here.atEnd;
    };
  }

  /**
   * Compile a regular expression to a search: whether it matches anywhere in a text.
   * @param {string} pattern
   * @param {boolean} [ignoreCase]  as "(?i)" in front does
   * @returns {(text: string) => boolean}
   * @throws {PatternError}
   */
  function regex(pattern, ignoreCase = false) {
    const isMarked = pattern.startsWith("(?i)");
    const reader = new Reader(Array.from(pattern), isMarked ? 4 : 0);
    const part = reader.either();
    if (reader.peek() !== "") throw new PatternError(reader.at, "a ( for this )");
    const steps = [];
    layOut(part, steps);
    steps.push({ kind: "match" });
    return search(steps, ignoreCase || isMarked);
  }

  reporter.pattern = { like, regex, PatternError };
  if (typeof module === "object") module.exports = reporter.pattern;
})((globalThis.reporter = globalThis.reporter || {}));
