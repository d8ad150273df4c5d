/** The filter language on the page, from the table shared with reporter/search. */
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");

const lib = (name) => require(path.join(__dirname, "../../templates/js/lib", `${name}.js`));
for (const name of ["names", "quantity", "pattern", "tree", "grammar", "query", "filter", "complete"]) {
  lib(name);
}
const cases = require(path.join(__dirname, "..", "shared", "filter_cases.json"));
const { query, quantity, pattern } = globalThis.reporter;
const { runs } = cases;

// The runs of the table as columns ---------------------------------------------------------------

function texts(kind, values) {
  const dictionary = [...new Set(values.filter((value) => value !== null))];
  return {
    kind,
    has: (row) => values[row] !== null,
    text: (row) => values[row],
    dictionary,
    codes: Uint16Array.from(values, (value) => dictionary.indexOf(value) + 1),
  };
}

/** As a column that few runs have: without codes. */
function sparse({ kind, has, text }) {
  return { kind, has, text };
}

function numbers(kind, values) {
  const number = (row) => (values[row] === null ? NaN : Number(values[row]));
  return { kind, has: (row) => values[row] !== null, number };
}

function lists(values) {
  return {
    kind: "text",
    has: (row) => values[row].length > 0,
    text: (row) => values[row].join("\n") || null,
    list: (row) => values[row],
  };
}

const of = (read) => runs.map((run) => read(run) ?? null);
const keys = (group) => [...new Set(runs.flatMap((run) => Object.keys(run[group])))];

function aggregate(run, name, which) {
  if (!(name in run.metrics)) return null;
  const last = Number(run.metrics[name]);
  const finite = Number.isFinite(last) ? last : null;
  const alone = { count: 1, min: finite, max: finite, mean: finite, min_step: 0, max_step: 0 };
  const summary = run.summaries[name] ?? alone;
  if (!which.startsWith("best")) return summary[which];
  const direction = run.directions[name];
  return direction ? summary[direction + which.slice("best".length)] : null;
}

function attributeColumns() {
  const isDead = (run) => run.status === "RUNNING" && !run.is_live;
  const spent = (run) => (run.end_time === null ? null : run.end_time - run.start_time);
  return {
    run_id: sparse(texts("id", of((run) => run.run_id))),
    run_name: texts("text", of((run) => run.name)),
    status: texts("status", of((run) => (isDead(run) ? "unfinished" : run.status.toLowerCase()))),
    start_time: numbers("time", of((run) => run.start_time)),
    end_time: numbers("time", of((run) => run.end_time)),
    duration: numbers("duration", of(spent)),
    user: texts("text", of((run) => run.user)),
    experiment: texts("text", of((run) => cases.experiments[run.experiment_id])),
    experiment_id: texts("text", of((run) => run.experiment_id)),
    artifact_uri: texts("text", of((run) => run.artifact_uri)),
    source: sparse(texts("text", of((run) => run.tags["mlflow.source.name"]))),
    commit: sparse(texts("text", of((run) => run.tags["mlflow.source.git.commit"]))),
    parent: sparse(texts("text", of((run) => run.tags["mlflow.parentRunId"]))),
  };
}

function columns() {
  const made = {};
  for (const [name, column] of Object.entries(attributeColumns())) made[`attributes.${name}`] = column;
  for (const group of ["params", "tags"]) {
    for (const name of keys(group).filter((each) => !each.startsWith("mlflow."))) {
      made[`${group}.${name}`] = texts("text", of((run) => run[group][name]));
    }
  }
  for (const name of keys("metrics")) {
    made[`metrics.${name}`] = numbers("number", of((run) => run.metrics[name]));
    for (const which of ["min", "max", "mean", "best", "best_step", "count"]) {
      made[`metrics.${name}:${which}`] = numbers("number", of((run) => aggregate(run, name, which)));
    }
  }
  for (const name of ["name", "digest", "context"]) {
    made[`datasets.${name}`] = lists(of((run) => run.datasets.map((dataset) => dataset[name])));
  }
  return made;
}

const made = columns();
const api = { columns: () => Object.keys(made), column: (id) => made[id] ?? null };

function found(tree) {
  const passes = query.compile(tree, api);
  return runs.filter((_, row) => passes(row)).map((run) => run.letter).join("");
}

// The shared table -------------------------------------------------------------------------------

test("filters choose the runs of the table", () => {
  for (const { text, runs: expected } of cases.filters) {
    const result = query.parse(text, api);
    assert.equal(result.mode, "filter", text);
    assert.equal(found(result.tree), expected, text);
  }
});

test("filters print in their canonical form, which reads back", () => {
  for (const { text, canonical = text } of cases.filters) {
    const { tree } = query.parse(text);
    assert.equal(query.print(tree), canonical);
    assert.deepEqual(query.parse(query.print(tree)).tree, tree);
  }
});

test("errors of the language are those of Python", () => {
  const { Reader } = globalThis.reporter.grammar;
  for (const { text, message, position, expected } of cases.errors) {
    assert.throws(
      () => new Reader(text).all(),
      (error) => {
        assert.equal(error.message, message);
        assert.equal(error.expected, expected);
        assert.equal(Array.from(text.slice(0, error.position)).length, position);
        return true;
      },
    );
  }
});

test("the box reads words and tokens where the text is no filter", () => {
  for (const { text, runs: expected, canonical } of cases.box) {
    const result = query.parse(text, api);
    assert.equal(result.mode, "text", text);
    assert.equal(query.print(result.tree), canonical);
    assert.equal(found(result.tree), expected, text);
    assert.equal(query.print(query.parse(canonical).tree), canonical);
  }
});

test("the box says where it cannot read a text", () => {
  for (const { text, message } of cases.box_errors) {
    const result = query.parse(text);
    assert.equal(result.ok, false, text);
    assert.equal(result.error.message, message);
    assert.ok(result.error.position <= text.length && result.error.expected);
  }
});

test("what the box reads does not depend on the columns there are", () => {
  for (const { text } of [...cases.filters, ...cases.box]) {
    const alone = query.parse(text);
    const informed = query.parse(text, api);
    assert.deepEqual([alone.mode, alone.tree], [informed.mode, informed.tree]);
    query.compile(alone.tree, { columns: () => [], column: () => null })(0);
  }
});

const plain = (value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);

for (const [name, read] of [
  ["numbers", quantity.readNumber],
  ["times", quantity.readTime],
  ["durations", quantity.readDuration],
]) {
  test(`${name} are read as the table says`, () => {
    for (const [text, expected] of cases[name]) assert.deepEqual(plain(read(text)), expected, text);
  });
}

test("patterns match as the table says", () => {
  for (const [written, text, isMatch] of cases.patterns) {
    assert.equal(pattern.regex(written)(text), isMatch, `${written} on ${JSON.stringify(text)}`);
  }
});

// What the table does not show -------------------------------------------------------------------

test("a pattern that backtracks elsewhere takes steps in proportion to the text", () => {
  let asked = 0;
  const text = "a".repeat(20000) + "!";
  const counting = Object.create(String.prototype, {
    [Symbol.iterator]: {
      *value() {
        for (const sign of text) {
          asked++;
          yield sign;
        }
      },
    },
  });
  for (const written of ["(a+)+$", "^(a|a)*$", "a*a*a*a*b", "(.*)*x"]) {
    asked = 0;
    assert.equal(pattern.regex(written)(counting), false);
    assert.equal(asked, text.length);
  }
});

test("a text that would exhaust the stack is an error", () => {
  assert.match(query.parse("(".repeat(100000)).error.message, /at most 100 conditions/);
  assert.match(query.parse("not ".repeat(100000)).error.message, /at most 100 conditions/);
  assert.equal(query.parse("a ".repeat(20000)).ok, true);
});

test("notes name keys that no column has, and bare keys that two have", () => {
  const { notes } = query.parse("params.lrr > 1 AND acc > 0.5 AND status = 'FAILED'", api);
  assert.deepEqual(notes, [
    { position: 0, end: 10, message: "No run has a param params.lrr. Did you mean lr?" },
    { position: 19, end: 22, message: "acc means params.acc where a run has it, else metrics.acc." },
  ]);
});

test("texts without codes and numbers given as an array answer the same", () => {
  const others = {};
  for (const [id, column] of Object.entries(made)) {
    const rows = runs.map((_, row) => row);
    if (column.number) others[id] = { ...column, values: Float64Array.from(rows, column.number) };
    else others[id] = column.codes ? sparse(column) : column;
  }
  const other = { columns: api.columns, column: (id) => others[id] ?? null };
  for (const { text, runs: expected } of [...cases.filters, ...cases.box]) {
    const passes = query.compile(query.parse(text).tree, other);
    const letters = runs.filter((_, row) => passes(row)).map((run) => run.letter);
    assert.equal(letters.join(""), expected, text);
  }
});

test("the page of the documentation shows what the box reads", () => {
  const page = fs.readFileSync(path.join(__dirname, "../../docs/filter-language.md"), "utf8");
  const shown = (kind) =>
    [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``, "g"))].flatMap(([, block]) => block.trim().split("\n"));
  assert.ok(shown("box").length > 0);
  for (const text of shown("box")) assert.equal(query.parse(text).mode, "text", text);
  for (const text of shown("filter")) assert.equal(query.parse(text).mode, "filter", text);
});

// Completion -------------------------------------------------------------------------------------

function proposals(text) {
  const caret = text.includes("|") ? text.indexOf("|") : text.length;
  return query.complete(text.replace("|", ""), caret, api);
}

const inserts = (text) => proposals(text).map(({ insert }) => insert);

test("completion proposes keys where a condition may begin", () => {
  assert.equal(inserts("mod")[0], "model");
  assert.equal(inserts("lr > 0.1 AND (los")[0], "loss");
  assert.equal(inserts("-optim")[0], "optimizer.name");
  assert.equal(inserts("NOT sta")[0], "status");
  assert.deepEqual(inserts("params.mod"), ["params.model"]);
  assert.deepEqual(inserts("tags.`a"), ["tags.`a b`"]);
});

test("completion writes a bare key only where it means the proposed column", () => {
  const byLabel = Object.fromEntries(proposals("acc").map(({ label, insert }) => [label, insert]));
  assert.deepEqual(byLabel, { "params.acc": "params.acc", "metrics.acc": "metrics.acc" });
  for (const { insert, label } of proposals("")) {
    const { tree } = query.parse(`${insert} IS NULL`);
    const first = globalThis.reporter.tree.columnIds(tree.key).find((id) => made[id]);
    assert.equal(first, label);
  }
});

test("completion proposes operators after a key", () => {
  assert.deepEqual(inserts("params.model ").slice(0, 3), ["=", "!=", "LIKE"]);
  assert.ok(!inserts("metrics.loss ").includes("LIKE"));
  assert.ok(inserts("metrics.loss B").includes("BETWEEN"));
});

test("completion proposes the values of a column, quoted where they must be", () => {
  assert.deepEqual(inserts("params.model = 'f"), ["'forest'"]);
  assert.deepEqual(inserts("params.lr = 0.0"), ["0.01"]);
  assert.deepEqual(inserts("status IN ('FAILED', k"), ["'KILLED'"]);
  assert.deepEqual(inserts("team:it"), ['"it\'s"']);
  assert.deepEqual(inserts("-status:fa"), ["FAILED"]);
});

test("completion proposes AND after a whole condition", () => {
  assert.deepEqual(inserts("lr > 0.1 ").slice(0, 2), ["AND", "OR"]);
});

test("completion replaces what was typed up to the caret", () => {
  const [first] = proposals("params.model = ml| AND lr > 1");
  assert.deepEqual([first.insert, first.from, first.to], ["'mlp'", 15, 17]);
});

test("completion survives any text", () => {
  for (const { text } of [...cases.filters, ...cases.errors, ...cases.box, ...cases.box_errors]) {
    for (let caret = 0; caret <= Math.min(text.length, 80); caret++) query.complete(text, caret, api);
  }
});

test("what a message proposes can be put in place of what was typed", () => {
  const known = ["metrics.val_loss", "params.learning rate"];
  const fixed = (text) => {
    const read = query.parse(text, known);
    const found = query.correction(text, read.error ?? read.notes[0]);
    return found && text.slice(0, found.from) + found.insert + text.slice(found.to);
  };
  assert.equal(fixed("metrics.val_los < 0.1"), "metrics.val_loss < 0.1");
  assert.equal(fixed("metricss.val_loss < 1 AND x = 2"), "metrics.val_loss < 1 AND x = 2");
  assert.equal(fixed("params.`learning rat` = 1"), "params.`learning rate` = 1");
  assert.equal(fixed("val_loss <"), null);
});
