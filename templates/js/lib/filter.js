/**
 * Filter trees compiled to predicates over columns: reporter.query.compile(tree, api).
 *
 * The tree comes from reporter.query.parse (query.js). This file knows no element, no file and no
 * packing: it asks an `api` object for columns and returns `(row) => boolean`, to be called for
 * every row after each keystroke. What it decides equals reporter/search/evaluate.py; the cases in
 * tests/shared/filter_cases.json hold the two together.
 *
 * The api, supplied by columns.js:
 *
 *   api.columns() -> string[]
 *       Ids of every column there is now: "attributes.run_name", "params.lr", "metrics.loss",
 *       "tags.team", "metrics:min.loss" (aggregates; asked for as "metrics.loss:min"), "datasets.name". Order does not matter.
 *       Free text is looked for in all of them but aggregates, "attributes.has_page" and
 *       "attributes.artifact_uri".
 *
 *   api.column(id) -> null | Column
 *       null when there is no such column (yet). A missing column is a column without values.
 *
 *   api.contains?(text) -> (row) => boolean
 *       The same finds as the free text here, by a shorter way (search.js walks over stored values).
 *
 *   Column = {
 *     kind: "text" | "number" | "time" | "duration" | "id" | "status",
 *     has(row)    -> boolean   whether something was logged (a logged NaN or "" was),
 *     number(row) -> number    number, time (ms since 1970 UTC) or duration (ms); NaN when nothing
 *                              was logged, or NaN was. Never asked of text, id and status;
 *     text(row)   -> string | null   text, status ("finished", "unfinished", ...) and id (all 32
 *                              hex digits) as logged; null when nothing was. Never asked of the
 *                              three numeric kinds;
 *     dictionary?: string[]    the distinct texts, and
 *     codes?: typed array      one code a row: 0 = nothing logged, k = dictionary[k - 1].
 *                              Given both (text and status columns that are not sparse), each
 *                              distinct text is tested once and a row costs one look-up.
 *     values?: typed array     of the three numeric kinds: number(row) for each row, where that
 *                              costs nothing to give. Text is then looked for ten times faster.
 *     list?(row)  -> string[]  only for columns with several texts in a row ("datasets.*").
 *   }
 *
 * Rows are 0 ... n-1, the run ordinals. The predicate reads the columns that exist when compile is
 * called: compile again when more columns have arrived.
 */
(function (reporter) {
  "use strict";

  const { columnIds } = reporter.tree;

  /** @typedef {(row: number) => boolean} Predicate */

  const ORDER = {
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
  };
  const COMPARE = { "=": (a, b) => a === b, ...ORDER };
  const STATUS_NAMES = { UNFINISHED: ["UNFINISHED", "RUNNING"] };
  const never = () => false;

  /** Ids of columns in which free text is not looked for. */
  const NO_TEXT = /^attributes\.(has_page|artifact_uri)$|^metrics:/;

  // Tests of one value ---------------------------------------------------------------------------

  /** Order by code points as Python does; JavaScript's own < goes by UTF-16 units. */
  function compareTexts(a, b) {
    const n = Math.min(a.length, b.length);
    let i = 0;
    while (i < n && a.charCodeAt(i) === b.charCodeAt(i)) i++;
    if (i >= n) return a.length - b.length;
    const isInPair = i > 0 && (a.charCodeAt(i - 1) & 0xfc00) === 0xd800;
    const start = isInPair ? i - 1 : i;
    return a.codePointAt(start) - b.codePointAt(start);
  }

  function compareNumbers(operator, number) {
    if (operator === "=" && Number.isNaN(number)) return Number.isNaN;
    const compare = COMPARE[operator];
    return (x) => compare(x, number);
  }

  function numberTest(operator, value) {
    const number = typeof value === "string" ? reporter.quantity.readNumber(value) : value;
    if (number === null || !(operator in COMPARE)) return never;
    return compareNumbers(operator, number);
  }

  function textTest(operator, value) {
    if (operator === "=" && typeof value === "string") return (x) => x === value;
    if (operator === "LIKE") return reporter.pattern.like(String(value));
    if (operator === "ILIKE") return reporter.pattern.like(String(value), true);
    if (operator === "RLIKE") return reporter.pattern.regex(String(value));
    const { readNumber } = reporter.quantity;
    const number = typeof value === "string" ? readNumber(value) : value;
    if (number === null) return (x) => ORDER[operator](compareTexts(x, value), 0);
    const compare = compareNumbers(operator, number);
    return (x) => {
      const read = readNumber(x);
      return read !== null && compare(read);
    };
  }

  function statusTest(operator, value) {
    const wanted = String(value).toUpperCase();
    const test =
      operator === "RLIKE"
        ? reporter.pattern.regex(String(value), true)
        : textTest(operator === "ILIKE" ? "LIKE" : operator, wanted);
    return (x) => {
      const name = x.toUpperCase();
      return (STATUS_NAMES[name] ?? [name]).some(test);
    };
  }

  function timeTest(operator, value) {
    if (typeof value !== "string") return numberTest(operator, value);
    const span = reporter.quantity.readTime(value);
    if (span === null) return never;
    const [first, after] = span;
    if (operator === "=") return (x) => first <= x && x < after;
    const bound = operator === ">=" || operator === "<" ? first : after;
    return operator[0] === ">" ? (x) => x >= bound : (x) => x < bound;
  }

  function durationTest(operator, value) {
    const wanted =
      typeof value === "string" ? reporter.quantity.readDuration(value) : value * 1000;
    return wanted === null ? never : numberTest(operator, wanted);
  }

  const TESTS = {
    number: numberTest,
    text: textTest,
    id: textTest,
    status: statusTest,
    time: timeTest,
    duration: durationTest,
  };

  /** The test of one value of a column of this kind. */
  function testOf(kind, node) {
    const make = TESTS[kind];
    if (node.type === "has") return hasTest(kind, node.value);
    if (node.type === "in") {
      const equals = node.values.map((value) => make("=", value));
      return (x) => equals.some((equal) => equal(x)) !== node.negated;
    }
    const isNegated = node.operator === "!=" || node.operator.startsWith("NOT ");
    if (!isNegated) return make(node.operator, node.value);
    const positive = make(node.operator === "!=" ? "=" : node.operator.slice(4), node.value);
    return (x) => !positive(x);
  }

  /** The test of `key:value`: equal where the column's value is a number, else contained. */
  function hasTest(kind, value) {
    if (kind === "number" || kind === "time" || kind === "duration") return TESTS[kind]("=", value);
    const wanted = value.toLowerCase();
    if (kind === "status") return statusWord(wanted);
    const number = reporter.quantity.readNumber(value);
    return (x) => {
      const logged = number === null ? null : reporter.quantity.readNumber(x);
      return logged === null ? x.toLowerCase().includes(wanted) : Object.is(logged, number);
    };
  }

  /** A status begins with the word: "finished" is not to find what is unfinished. */
  function statusWord(word) {
    return (x) => x.toLowerCase().startsWith(word);
  }

  // Tests of one row -----------------------------------------------------------------------------

  /** Test each distinct text once, so that a row costs one look-up. */
  function overCodes({ dictionary, codes }, test) {
    const passes = new Uint8Array(dictionary.length + 1);
    for (let i = 0; i < dictionary.length; i++) passes[i + 1] = test(dictionary[i]) ? 1 : 0;
    return { isEmpty: !passes.includes(1), predicate: (row) => passes[codes[row]] === 1 };
  }

  /** Remember what a text gave: sparse columns repeat theirs too. */
  function remembered(test) {
    const answers = new Map();
    return (text) => {
      let answer = answers.get(text);
      if (answer === undefined) {
        answer = test(text);
        answers.set(text, answer);
      }
      return answer;
    };
  }

  /** @returns {Predicate} whether a row's value in this column passes; false when there is none */
  function overColumn(column, test) {
    if (column.list) return (row) => column.list(row).some(test);
    if (column.dictionary && column.codes) return overCodes(column, test).predicate;
    if (column.kind === "text" || column.kind === "status") return overTexts(column, remembered(test));
    if (column.kind === "id") return overTexts(column, test);
    return overNumbers(column, test);
  }

  /** Ask whether a number was logged only where it is NaN: that is rare, and asking costs. */
  function overNumbers(column, test) {
    const { values } = column;
    const passes = (number, row) =>
      Number.isNaN(number) ? column.has(row) && test(number) : test(number);
    return values ? (row) => passes(values[row], row) : (row) => passes(column.number(row), row);
  }

  function overTexts(column, test) {
    return (row) => {
      const text = column.text(row);
      return text !== null && test(text);
    };
  }

  const hasValue = (column) => (column.list ? (row) => column.list(row).length > 0 : column.has);

  /** A row is decided by the first of several columns that has a value in it. */
  function firstThatHas(columns, predicates) {
    if (predicates.length === 0) return never;
    if (predicates.length === 1) return predicates[0];
    const has = columns.map(hasValue);
    return (row) => {
      for (let i = 0; i < has.length; i++) if (has[i](row)) return predicates[i](row);
      return false;
    };
  }

  function condition(node, api) {
    const columns = columnIds(node.key)
      .map((id) => api.column(id))
      .filter((column) => column !== null);
    if (node.type === "null") {
      const has = columns.map(hasValue);
      return (row) => has.some((one) => one(row)) === node.negated;
    }
    return firstThatHas(
      columns,
      columns.map((column) => overColumn(column, testOf(column.kind, node))),
    );
  }

  // Free text ------------------------------------------------------------------------------------

  /** What begins with these digits: 0.12 finds 0.12 to 0.13, and 3 finds 3 to 4. */
  function digitsTest(word) {
    if (!/^[0-9]+(\.[0-9]+)?$/.test(word)) return null;
    const low = Number(word);
    const decimals = (word.split(".")[1] ?? "").length;
    const high = (Number(word.replace(".", "")) + 1) / 10 ** decimals; // 0.2 + 0.1 exceeds 0.3
    return (x) => Math.abs(x) >= low && Math.abs(x) < high;
  }

  function textColumn(column, test) {
    if (!column.dictionary || !column.codes) return overColumn(column, test);
    const { isEmpty, predicate } = overCodes(column, test);
    return isEmpty ? null : predicate;
  }

  /** Look for a text in one column; null when it cannot be there. */
  function wordInColumn(column, word, digits) {
    if (column.kind === "number") return digits && overColumn(column, digits);
    if (column.kind === "time") {
      return reporter.quantity.readTime(word) && overColumn(column, timeTest("=", word));
    }
    if (column.kind === "duration") return null;
    if (column.kind === "status") return textColumn(column, statusWord(word));
    if (column.kind === "text") return textColumn(column, (x) => x.toLowerCase().includes(word));
    return /^[0-9a-f]{4,32}$/.test(word) ? overColumn(column, (x) => x.startsWith(word)) : null;
  }

  function freeText({ text }, api) {
    const word = text.toLowerCase();
    const digits = digitsTest(word);
    const predicates = api
      .columns()
      .filter((id) => !NO_TEXT.test(id))
      .map((id) => wordInColumn(api.column(id), word, digits))
      .filter(Boolean);
    return anyOf(predicates);
  }

  // The whole ------------------------------------------------------------------------------------

  function anyOf(predicates) {
    return (row) => {
      for (let i = 0; i < predicates.length; i++) if (predicates[i](row)) return true;
      return false;
    };
  }

  function allOf(predicates) {
    return (row) => {
      for (let i = 0; i < predicates.length; i++) if (!predicates[i](row)) return false;
      return true;
    };
  }

  /**
   * Compile a tree to a predicate over rows.
   * @param {import("./tree.js").Tree} tree
   * @param {{columns: () => string[], column: (id: string) => object | null}} api  see above
   * @returns {Predicate}
   */
  function compile(tree, api) {
    switch (tree.type) {
      case "and":
        return allOf(tree.children.map((child) => compile(child, api)));
      case "or":
        return anyOf(tree.children.map((child) => compile(child, api)));
      case "not": {
        const inner = compile(tree.child, api);
        return (row) => !inner(row);
      }
      case "text":
        return api.contains ? api.contains(tree.text) : freeText(tree, api);
      default:
        return condition(tree, api);
    }
  }

  reporter.query = Object.assign(reporter.query || {}, { compile });
  if (typeof module === "object") module.exports = reporter.query;
})((globalThis.reporter = globalThis.reporter || {}));
