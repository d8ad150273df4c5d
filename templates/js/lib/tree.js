/**
 * What a filter is once it has been read, and how it is written as text again.
 *
 * The twin of reporter/search/tree.py. Free text ("text") and tokens ("has") occur on the page only.
 *
 * @typedef {{group: string, name: string, aggregate: string}} Key
 * @typedef {{type: "and" | "or", children: Tree[]} | {type: "not", child: Tree}
 *   | {type: "comparison", key: Key, operator: string, value: number | string}
 *   | {type: "in", key: Key, values: (number | string)[], negated: boolean}
 *   | {type: "null", key: Key, negated: boolean}
 *   | {type: "has", key: Key, value: string} | {type: "text", text: string}} Tree
 */
(function (reporter) {
  "use strict";

  const { GROUPS, KEYWORDS, attributeName, head, nearestGroup } = reporter.names;

  /** A name that needs no backticks: no white space and no sign that means something. */
  const BARE = /^[^ \t\r\n\f\v\u00a0\u3000()=<>!,:'"`]+$/;

  /** Make one tree of several, without nesting a kind in itself. */
  function join(type, trees) {
    if (trees.length === 1) return trees[0];
    const children = trees.flatMap((tree) => (tree.type === type ? tree.children : [tree]));
    return { type, children };
  }

  const quote = (text, mark) => mark + text.replaceAll(mark, mark + mark) + mark;
  const quotedName = (name) => (BARE.test(name) ? name : quote(name, "`"));

  /** Write a number with the fewest digits that read back as the same one. */
  function printNumber(value) {
    if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf");
    const size = Math.abs(value);
    const isPlain = size === 0 || (size >= 1e-4 && size < 1e16);
    return isPlain ? String(value) : value.toExponential().replace("e+", "e");
  }

  const printValue = (value) => (typeof value === "string" ? quote(value, "'") : printNumber(value));

  /** Write a key, in backticks where it needs them. */
  function printKey({ group, name, aggregate }) {
    if (group) return `${group}.${quotedName(name)}${aggregate ? `:${aggregate}` : ""}`;
    const misleads =
      GROUPS.has(head(name)) ||
      nearestGroup(name) !== "" ||
      KEYWORDS.has(name.toUpperCase()) ||
      name.startsWith("-");
    return misleads ? quote(name, "`") : quotedName(name);
  }

  function printOperand(tree, inside) {
    const isLoose =
      tree.type === "or" ? inside !== "or" : tree.type === "and" && inside === "not";
    return isLoose ? `(${print(tree)})` : print(tree);
  }

  /**
   * Write a tree in its canonical form, which `parse` reads as an equal tree.
   * @param {Tree} tree
   * @returns {string}
   */
  function print(tree) {
    const not = tree.negated ? "NOT " : "";
    switch (tree.type) {
      case "and":
      case "or": {
        const word = ` ${tree.type.toUpperCase()} `;
        return tree.children.map((child) => printOperand(child, tree.type)).join(word);
      }
      case "not":
        return `NOT ${printOperand(tree.child, "not")}`;
      case "text":
        return quote(tree.text, '"');
      case "has":
        return `${printKey(tree.key)}:${quote(tree.value, '"')}`;
      case "null":
        return `${printKey(tree.key)} IS ${not}NULL`;
      case "in":
        return `${printKey(tree.key)} ${not}IN (${tree.values.map(printValue).join(", ")})`;
      default:
        return `${printKey(tree.key)} ${tree.operator} ${printValue(tree.value)}`;
    }
  }

  /** Tags in which MLflow keeps what are attributes here. */
  const ATTRIBUTES_OF_TAGS = new Map([
    ["mlflow.user", "user"],
    ["mlflow.source.name", "source"],
    ["mlflow.source.git.commit", "commit"],
    ["mlflow.parentRunId", "parent"],
    ["mlflow.note.content", "note"],
    ["mlflow.runName", "run_name"],
  ]);

  /**
   * Ids of the columns that a key may mean, best first; a row's value is the first that it has.
   * @param {Key} key
   * @returns {string[]}
   */
  function columnIds({ group, name, aggregate }) {
    const attributeOfTag = group === "tags" && ATTRIBUTES_OF_TAGS.get(name);
    if (attributeOfTag) return [`tags.${name}`, `attributes.${attributeOfTag}`];
    if (group) return [`${group}.${name}${aggregate ? `:${aggregate}` : ""}`];
    const attribute = attributeName(name);
    const logged = ["params", "metrics", "tags"].map((each) => `${each}.${name}`);
    return attribute ? [...logged, `attributes.${attribute}`] : logged;
  }

  reporter.tree = {
    join,
    print,
    printKey,
    printValue,
    columnIds,
  };
  if (typeof module === "object") module.exports = reporter.tree;
})((globalThis.reporter = globalThis.reporter || {}));
