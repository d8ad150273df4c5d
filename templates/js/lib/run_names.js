/**
 * Names of runs as headings and captions show them: without marks that turn the text around them.
 *
 * The twin of reporter/site/names.py. Tables, filters and copies have names as they were logged.
 */
(function (reporter) {
  "use strict";

  /** Unicode's bidirectional controls; letters keep the direction of their script without them. */
  const MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

  reporter.withoutMarks = (name) => name.replace(MARKS, "");
  if (typeof module === "object") module.exports = reporter;
})((globalThis.reporter = globalThis.reporter || {}));
