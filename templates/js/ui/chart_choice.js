/**
 * How the charts of a page tell runs apart: the table's groups, and colour, dash and plot by what a
 * column says. A part of runs_table.js. In the address: `band`, `ghosts`, `color`, `dash`, `facet`, `top`.
 *
 *   reporter.chartChoice.of(experiments)   what lib/chart_arrangement.js asks for; null on other pages
 *   reporter.chartChoice.subscribe(act)    after it changed, or what it stands for did
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { chartGroups, chartIdentity, groupCells, outline } = reporter;

  const NAMES = ["band", "ghosts", "color", "dash", "facet", "top"];
  const ID_DIGITS = 8;

  /** Of `band`: runs stay single, whatever the groups of the table. */
  const RUNS = "runs";

  class ChartChoice {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.listeners = new Set();
      this.scales = new Map();
      this.last = "";
      this.readView();
    }

    subscribe(listener) {
      this.listeners.add(listener);
    }

    /* What is asked for */

    readView(names = NAMES) {
      if (!names.some((name) => NAMES.includes(name))) return;
      const said = (name) => reporter.view.get(name) || "";
      this.band = said("band") === RUNS || said("band") in chartGroups.BANDS ? said("band") : Object.keys(chartGroups.BANDS)[0];
      this.hasGhosts = said("ghosts") === "shown";
      this.by = { color: said("color"), dash: said("dash"), facet: said("facet") };
      this.top = Math.max(0, Math.floor(Number(said("top")))) || 0;
      if (this.table.grid) this.table.grid.draw();
      this.tell();
    }

    change(changes) {
      reporter.view.set(changes);
    }

    get grouping() {
      return this.table.parts.find((part) => part instanceof reporter.Grouping);
    }

    /** The table's groups; null without, and of parents with children. @returns {object | null} */
    get outline() {
      const found = this.grouping?.outline;
      return found instanceof outline.GroupOutline ? found : null;
    }

    /** The groups that charts draw. */
    get groups() {
      return this.band === RUNS ? null : this.outline;
    }

    column(role) {
      const id = this.by[role];
      return id ? this.table.columns.get(id) : undefined;
    }

    /** Of a role that a column here has been chosen for. */
    scale(role) {
      const column = this.column(role);
      if (!column) return null;
      if (!this.scales.has(column)) this.scales.set(column, chartIdentity.scaleOf(column));
      return this.scales.get(column);
    }

    /** What a value of a role's column is called. */
    text(role, place) {
      const [column, scale] = [this.column(role), this.scale(role)];
      return place < 0 ? "not logged" : this.table.cell(column, scale.entries[place].row).text;
    }

    /* What it comes to */

    of(experiments) {
      if (!experiments.includes(this.table.experiment)) return null;
      const { groups } = this;
      const [color, dash, facet] = ["color", "dash", "facet"].map((role) => this.scale(role));
      return {
        band: this.band,
        hasGhosts: this.hasGhosts,
        top: this.top,
        groupOf: groups && ((row) => groups.groups.groupOf[row]),
        groupLook: (group) => this.groupLook(groups, group),
        colorOf: color && ((row) => chartIdentity.colorOf(color, row)),
        dashOf: dash && ((row) => chartIdentity.dashOf(dash, row)),
        facet: facet && { placeOf: facet.placeOf, title: (place) => `${this.column("facet").label} ${this.text("facet", place)}` },
      };
    }

    groupLook({ groups, naming }, group) {
      const known = groups.first[group];
      return {
        id: `group-${this.table.idOf(known).slice(0, ID_DIGITS)}`,
        name: groupCells.groupName(naming, known, this.table.cell),
        ...chartIdentity.lookAt(group),
      };
    }

    /** The look of what stands in one row of the table. */
    lookOf(line) {
      const { columns } = this.table;
      const [scale, dash] = [this.scale("color"), this.scale("dash")];
      const own = line < columns.n ? chartIdentity.lookAt(columns.ordinals?.[line] ?? line) : chartIdentity.lookAt(line - columns.n);
      const rows = scale || dash ? this.table.rowsOf(line) : [];
      const shared = (lookOf) => rows.every((row) => lookOf(row) === lookOf(rows[0])) && lookOf(rows[0]);
      if (scale) Object.assign(own, { color: shared((row) => chartIdentity.colorOf(scale, row).color) || chartIdentity.NONE, dash: shared((row) => chartIdentity.colorOf(scale, row).dash) || 0 });
      if (dash) own.dash = shared((row) => chartIdentity.dashOf(dash, row)) || 0;
      return own;
    }

    /* The table */

    /** On each row that is drawn: its swatch looks like its line. */
    mark(drawn, line) {
      const { color, dash } = this.lookOf(line);
      drawn.cells[0].firstChild.children[1].className = `sw k${color} dash${dash}`;
    }

    drawn() {
      this.tell();
    }

    /** Those who listen are told only of what looks otherwise. */
    tell() {
      const { groups, by, band, hasGhosts, top } = this;
      const columns = Object.keys(by).map((role) => `${by[role]} ${Boolean(this.column(role))}`);
      const now = JSON.stringify([this.grouping?.spec, groups?.groups.count, columns, groups && band, groups && hasGhosts, top]);
      if (now === this.last) return;
      this.last = now;
      for (const listener of this.listeners) listener();
    }
  }

  ChartChoice.RUNS = RUNS;
  reporter.ChartChoice = ChartChoice;
  reporter.tables.begun.then((table) => {
    reporter.chartChoice = new ChartChoice(table);
    table.join(reporter.chartChoice);
    document.dispatchEvent(new CustomEvent("reporter:choice"));
  });
})((globalThis.reporter = globalThis.reporter || {}));
