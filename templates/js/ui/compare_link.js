/**
 * Compare, pressed in a table with groups, compares the groups that are selected as groups: a part of
 * runs_table.js that says where the button of the selection bar leads.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const ID_DIGITS = 8;

  /** More runs than this are named by their groups and the filter: addresses have their limits. */
  const MOST_NAMED = 200;

  class CompareLink {
    /** @param {object} table  see runs_table.js @param {import("./grouping.js").Grouping} grouping */
    constructor(table, grouping) {
      Object.assign(this, { table, grouping });
    }

    /** Instead of the selected runs, the groups that they are. */
    compared(view) {
      const groups = this.selectedGroups();
      return groups.some(({ rows }) => rows.length > 1) ? this.view(groups) : view;
    }

    /** Groups of which every run is selected; none when runs of others are too. */
    selectedGroups() {
      const { table, grouping } = this;
      if (!grouping.arranged || grouping.isTree) return [];
      const { outline } = grouping;
      const found = Array.from(outline.order, (group) => outline.node(outline.n + group)).filter(({ rows }) => table.selection.stateOf(rows) === true);
      const covered = found.reduce((n, { rows }) => n + rows.length, 0);
      return covered === table.selection.size ? found : [];
    }

    view(groups) {
      const { table, grouping } = this;
      const by = grouping.spec;
      const idOf = (row) => table.idOf(row).slice(0, ID_DIGITS);
      const rows = groups.flatMap((group) => Array.from(group.rows));
      if (rows.length <= MOST_NAMED || table.experiment === "*") return { runs: rows.slice(0, MOST_NAMED).map(idOf), by };
      const q = reporter.view.get("q");
      return { exp: [table.experiment], ...(q ? { q } : {}), by, sets: groups.map(({ known }) => idOf(known)) };
    }
  }

  reporter.tables.begun.then((table) => {
    const grouping = table.parts.find((part) => part instanceof reporter.Grouping);
    table.join(new CompareLink(table, grouping));
  });
})((globalThis.reporter = globalThis.reporter || {}));
