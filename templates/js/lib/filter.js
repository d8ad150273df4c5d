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
 *       "tags.team", "metrics.loss:min" (aggregates), "datasets.name". Order does not matter.
 *       Free text is looked for in all of them but aggregates and "attributes.has_page".
 *
 *   api.column(id) -> null | Column
 *       null when there is no such column (yet). A missing column is a column without values.
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
 *     list?(row)  -> string[]  only for columns with several texts in a row ("datasets.*").
 *   }
 *
 * Rows are 0 ... n-1, the run ordinals. The predicate reads the columns that exist when compile is
 * called: compile again when more columns have arrived.
 */
