/**
 * The filter language: text in, tree out, or an error that says where and what was expected.
 *
 * The twin of reporter/search/grammar.py, method by method; docs/filter-language.md describes the
 * language and tests/shared/filter_cases.json holds the two together.
 */
(function (reporter) {
  "use strict";

  const { ATTRIBUTES, AGGREGATES, DATASET_KEYS, GROUPS, KEYWORDS, MLFLOW_ATTRIBUTES } = reporter.names;
  const { attributeName, head, kindOf, nearest, nearestGroup } = reporter.names;
  const { join } = reporter.tree;

  const TEXT_OPERATORS = ["LIKE", "ILIKE", "RLIKE"];
  const SYMBOLS = [">=", "<=", "<>", "!=", "==", "=", ">", "<"];
  const SAME_OPERATOR = { "<>": "!=", "==": "=" };
  const NUMERIC_OPERATORS = "=, !=, >, >=, <, <=, IN or IS NULL";
  const CONDITION = "a condition such as params.lr > 0.1";
  const WANTED = {
    number: "a number",
    time: "a date such as '2026-11-21', or milliseconds",
    duration: "a duration such as '5 min' or '1:02:10'",
  };
  const MAX_DEPTH = 100;
  const MAX_SHOWN = 40;

  /** White space, the no-break space of web pages and the wide space of Japanese keyboards too. */
  const SPACE = " \\t\\r\\n\\f\\v\\u00a0\\u3000";
  const SPACES = new RegExp(`[${SPACE}]*`, "y");
  const NAME = new RegExp(`[^${SPACE}()=<>!,:'"\`]*`, "y");
  const VALUE = new RegExp(`[^${SPACE}()=<>!,'"\`]*`, "y");

  /** A text that cannot be read, at `position` in UTF-16 units. */
  class QueryError extends Error {
    constructor(message, position, expected) {
      super(message);
      this.position = position;
      this.expected = expected;
    }
  }

  const makeKey = (group, name, aggregate = "") => ({ group, name, aggregate });

  /** Reads filters by recursive descent; the methods are those of reporter/search/grammar.py. */
  class Reader {
    constructor(text) {
      this.text = text;
      this.at = 0;
      this.depth = 0;
      this.keys = [];
    }

    all() {
      if (this.isAtEnd()) return { type: "and", children: [] };
      const tree = this.either();
      if (!this.isAtEnd()) this.fail("AND, OR or the end");
      return tree;
    }

    either() {
      const trees = [this.both()];
      while (this.takeWord("OR")) trees.push(this.both());
      return join("or", trees);
    }

    both() {
      const trees = [this.negated()];
      while (this.hasAnother()) trees.push(this.negated());
      return join("and", trees);
    }

    hasAnother() {
      return this.takeWord("AND");
    }

    negated() {
      if (++this.depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} conditions inside each other`);
      const tree = this.takeNot() ? { type: "not", child: this.negated() } : this.primary();
      this.depth--;
      return tree;
    }

    takeNot() {
      return this.takeWord("NOT");
    }

    primary() {
      this.skip();
      if (this.peek() !== "(") return this.leaf();
      this.at++;
      const tree = this.either();
      if (!this.take(")")) this.fail("AND, OR or )");
      return tree;
    }

    leaf() {
      return this.condition(this.key());
    }

    condition(key) {
      this.skip();
      const start = this.at;
      const operator = this.takeSymbol();
      if (operator) {
        const value = this.value(key, this.text.slice(start, this.at));
        return { type: "comparison", key, operator, value };
      }
      if (this.takeWord("IS")) {
        const negated = this.takeWord("NOT");
        if (!this.takeWord("NULL")) this.fail(negated ? "NULL" : "NULL or NOT NULL");
        return { type: "null", key, negated };
      }
      return this.worded(key, this.takeWord("NOT"), start);
    }

    /** Read what follows a key when it is a word: LIKE, IN or BETWEEN, perhaps after NOT. */
    worded(key, negated, start) {
      if (this.takeWord("IN")) return { type: "in", key, values: this.values(key), negated };
      if (this.takeWord("BETWEEN")) return this.between(key, negated);
      const word = TEXT_OPERATORS.find((name) => this.takeWord(name));
      if (!word) {
        const follows = "IN, LIKE, ILIKE, RLIKE or BETWEEN after NOT";
        this.fail(negated ? follows : "a comparison such as = or LIKE");
      }
      if (Object.hasOwn(WANTED, kindOf(key))) {
        this.at = start;
        this.fail(NUMERIC_OPERATORS);
      }
      const operator = negated ? `NOT ${word}` : word;
      return { type: "comparison", key, operator, value: this.pattern(word) };
    }

    between(key, negated) {
      const low = this.value(key, "BETWEEN");
      if (!this.takeWord("AND")) this.fail("AND and the upper end of BETWEEN");
      const high = this.value(key, "AND");
      const [first, second] = negated ? ["<", ">"] : [">=", "<="];
      const children = [
        { type: "comparison", key, operator: first, value: low },
        { type: "comparison", key, operator: second, value: high },
      ];
      return { type: negated ? "or" : "and", children };
    }

    key() {
      this.skip();
      const start = this.at;
      const wasQuoted = this.isMark('`"');
      const first = wasQuoted ? this.quoted() : this.run(NAME);
      this.checkKeyStart(first, start, wasQuoted);
      const [group, name] = this.split(first, wasQuoted);
      const key = this.grouped(group, name, start, wasQuoted);
      this.keys.push({ key, position: start, end: this.at });
      return key;
    }

    checkKeyStart(first, start, wasQuoted) {
      const isWord = KEYWORDS.has(first.toUpperCase()) || first.startsWith("-");
      if (first === "" || (isWord && !wasQuoted)) {
        this.at = start;
        this.fail(CONDITION);
      }
    }

    /** Part a key at its first dot; the name behind it may be quoted. */
    split(first, wasQuoted) {
      if (wasQuoted && this.peek() !== ".") return ["", first];
      const dot = first.indexOf(".");
      const group = GROUPS.get(wasQuoted ? first : head(first)) ?? "";
      if (!wasQuoted && (dot < 0 || !group)) return ["", first];
      if (!group) this.fail("a comparison such as = or LIKE");
      if (wasQuoted) this.at++;
      let name = wasQuoted ? this.run(NAME) : first.slice(dot + 1);
      if (!name && this.isMark("`\"'")) name = this.quoted();
      if (!name) this.fail(`a name after ${group}.`);
      return [group, name];
    }

    grouped(group, name, start, wasQuoted) {
      if (!group) return this.bareKey(name, start, wasQuoted);
      if (group === "attributes" || group === "datasets") {
        return makeKey(group, this.knownName(group, name, start));
      }
      return makeKey(group, name, group === "metrics" ? this.aggregate() : "");
    }

    bareKey(name, start, wasQuoted) {
      if (MLFLOW_ATTRIBUTES.has(name)) return makeKey("attributes", attributeName(name));
      const near = wasQuoted ? "" : nearestGroup(name);
      if (near) {
        this.at = start;
        this.fail("a key", `Did you mean ${near}.${name.slice(name.indexOf(".") + 1)}?`);
      }
      if (this.hasAggregateAndOperator()) return makeKey("metrics", name, this.aggregate());
      return makeKey("", name);
    }

    knownName(group, name, start) {
      const isAttribute = group === "attributes";
      const names = isAttribute ? [...ATTRIBUTES.keys()] : DATASET_KEYS;
      const known = isAttribute ? attributeName(name) : names.includes(name) ? name : "";
      if (known) return known;
      const near = nearest(name.toLowerCase(), names);
      const hint = near ? `Did you mean ${group}.${near}?` : `Known are ${names.join(", ")}.`;
      this.at = start;
      return this.fail(isAttribute ? "an attribute" : "a dataset key", hint);
    }

    aggregate() {
      if (this.peek() !== ":") return "";
      const start = ++this.at;
      const word = this.run(NAME);
      if (!AGGREGATES.includes(word)) {
        this.at = start;
        this.fail(`one of ${AGGREGATES.join(", ")} after :`);
      }
      return word === "last" ? "" : word;
    }

    /** Look ahead for ":min <": then a bare key is a metric. */
    hasAggregateAndOperator() {
      if (this.peek() !== ":") return false;
      const start = this.at++;
      const isAggregate = AGGREGATES.includes(this.run(NAME));
      const words = ["IN", "IS", "NOT", "BETWEEN"];
      const follows = this.takeSymbol() !== "" || words.some((word) => this.takeWord(word));
      this.at = start;
      return isAggregate && follows;
    }

    values(key) {
      if (!this.take("(")) this.fail("( after IN");
      const values = [this.value(key, "(")];
      while (this.take(",")) {
        this.skip();
        if (this.peek() === ")") break;
        values.push(this.value(key, ","));
      }
      if (!this.take(")")) this.fail(", or )");
      return values;
    }

    /** Read a value and check that the key can be compared with it. */
    value(key, after) {
      const { readNumber, readTime, readDuration } = reporter.quantity;
      const literal = this.literal(after);
      const kind = kindOf(key);
      const isDuration = kind === "duration" || (kind === "any" && key.name === "duration");
      const text = isDuration && !literal.quoted ? this.withUnits(literal.text) : literal.text;
      const number = literal.quoted ? null : readNumber(text);
      if (number !== null) return number;
      const isWrong =
        kind === "number" ||
        (kind === "time" && readTime(text) === null) ||
        (kind === "duration" && readDuration(text) === null);
      if (isWrong) {
        this.at = literal.start;
        this.fail(WANTED[kind]);
      }
      return text;
    }

    pattern(operator) {
      this.skip();
      if (!this.isMark("'\"")) this.fail(`a quoted pattern after ${operator}`);
      const { text, start } = this.literal(operator);
      if (operator !== "RLIKE") return text;
      try {
        reporter.pattern.regex(text);
      } catch (error) {
        if (!(error instanceof reporter.pattern.PatternError)) throw error;
        const units = Array.from(text).slice(0, error.offset).join("").length;
        this.at = Math.min(start + 1 + units, this.text.length);
        this.fail(error.expected);
      }
      return text;
    }

    /** Read quoted text or a run of characters. */
    literal(after) {
      this.skip();
      const start = this.at;
      if (this.isMark("'\"")) return { text: this.quoted(), quoted: true, start };
      const text = this.run(VALUE);
      if (text === "" || KEYWORDS.has(text.toUpperCase())) {
        this.at = start;
        const isNull = text.toUpperCase() === "NULL";
        this.fail(`a value after ${after}`, isNull ? "To find what was not logged, write IS NULL." : "");
      }
      return { text, quoted: false, start };
    }

    /** Take the rest of "5 min" or "2 d 4 h" along. */
    withUnits(text) {
      for (;;) {
        const start = this.at;
        this.skip();
        const word = this.run(VALUE);
        const ends = [`${text} ${word}`, `${text} ${word} s`];
        if (word === "" || ends.every((end) => reporter.quantity.readDuration(end) === null)) {
          this.at = start;
          return text;
        }
        text = ends[0];
      }
    }

    /** Read to the closing mark; the mark doubled stands for itself. */
    quoted() {
      const start = this.at;
      const mark = this.peek();
      const pieces = [];
      do {
        const end = this.text.indexOf(mark, this.at + 1);
        if (end < 0) {
          this.at = start;
          this.fail(`a closing ${mark}`, "", "the end");
        }
        pieces.push(this.text.slice(this.at + 1, end));
        this.at = end + 1;
      } while (this.peek() === mark);
      return pieces.join(mark);
    }

    run(kind) {
      kind.lastIndex = this.at;
      const found = kind.exec(this.text)[0];
      this.at += found.length;
      return found;
    }

    takeWord(word) {
      this.skip();
      const start = this.at;
      if (this.run(VALUE).toUpperCase() === word) return true;
      this.at = start;
      return false;
    }

    takeSymbol() {
      this.skip();
      const symbol = SYMBOLS.find((sign) => this.text.startsWith(sign, this.at)) ?? "";
      this.at += symbol.length;
      return SAME_OPERATOR[symbol] ?? symbol;
    }

    take(sign) {
      this.skip();
      if (this.peek() !== sign) return false;
      this.at++;
      return true;
    }

    skip() {
      this.run(SPACES);
    }

    peek() {
      return this.text.charAt(this.at);
    }

    isMark(marks) {
      return this.peek() !== "" && marks.includes(this.peek());
    }

    isAtEnd() {
      this.skip();
      return this.at >= this.text.length;
    }

    fail(expected, hint = "", found = "") {
      this.skip();
      const column = Array.from(this.text.slice(0, this.at)).length + 1;
      const message = `Column ${column}: expected ${expected}, found ${found || this.found()}. ${hint}`;
      throw new QueryError(message.trim(), this.at, expected);
    }

    /** Name what stands at the position, for messages. */
    found() {
      const start = this.at;
      if (start >= this.text.length) return "the end";
      const end = this.isMark("'\"`") ? this.text.indexOf(this.peek(), start + 1) : -2;
      if (end === -2 && !this.takeSymbol() && !this.run(VALUE)) this.at++;
      const stop = end === -2 ? this.at : end < 0 ? this.text.length : end + 1;
      const signs = Array.from(this.text.slice(start, stop));
      this.at = start;
      return signs.length <= MAX_SHOWN ? signs.join("") : `${signs.slice(0, MAX_SHOWN - 1).join("")}…`;
    }
  }

  reporter.grammar = {
    Reader,
    QueryError,
    CONDITION,
    SYMBOLS,
    SPACE,
  };
  if (typeof module === "object") module.exports = reporter.grammar;
})((globalThis.reporter = globalThis.reporter || {}));
