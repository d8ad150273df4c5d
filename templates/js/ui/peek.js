/**
 * Everything that the table knows about one run, in a panel beside it: no page is loaded, and runs
 * that have none of their own can be read all the same. A part of runs_table.js.
 *
 * Enter opens it, and while it is open it shows the run in focus. In the address: `peek`.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { SidePanel } = reporter;
  const { make } = reporter.elements;

  const ID_DIGITS = 8;

  /** More is found by name. */
  const MAX_LISTED = 200;
  const GROUPS = ["Metrics", "Params", "Tags", "Run"];
  const UNLISTED = new Set([reporter.NAME, reporter.HAS_PAGE]);

  class Peek {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.row = -1;
      this.panel = new SidePanel(table.role("split"), { name: "peek", title: "Run", onToggle: (isOpen) => !isOpen && this.closed() });
      this.panel.element.classList.add("peek");
      this.find = make("input.plain", { type: "search", placeholder: "Find a key", "aria-label": "Find a key of this run", autocomplete: "off", spellcheck: false, oninput: () => this.drawSections() });
      this.actions = make("div.actions");
      this.sections = make("div");
      this.panel.body.append(this.actions, make("div.q", {}, make("div.box.small", {}, this.find)), this.sections);
      this.panel.body.tabIndex = 0;
      table.element.addEventListener("focusin", () => this.follow());
      table.element.addEventListener("keydown", (event) => this.escape(event));
      table.element.addEventListener("dblclick", (event) => this.doubleClick(event));
      reporter.onKey?.("o", () => table.keys.holdsFocus && table.keys.row >= 0 && table.open(table.keys.row));
      const { pins } = table;
      if (pins) pins.onChange = () => this.panel.isOpen && this.draw();
    }

    /** The focus stays in the table while the panel is open: Esc closes it from there too. */
    escape(event) {
      if (event.key !== "Escape" || !this.panel.isOpen) return;
      event.stopPropagation();
      this.panel.open(false);
    }

    doubleClick(event) {
      const row = this.table.grid.rowOf(event.target);
      if (row >= 0 && row < this.table.columns.n && !event.target.closest("a, input, button, .sw")) this.show(row);
    }

    /** Enter on a run; headings of groups are unfolded by another part. */
    open(line) {
      if (line >= this.table.columns.n) return undefined;
      if (this.panel.isOpen && this.row === line) this.panel.open(false);
      else this.show(line);
      return true;
    }

    show(row) {
      this.row = row;
      this.panel.open(true, { takesFocus: false });
      this.draw();
      this.table.grid.draw();
      this.table.writeView({ peek: this.table.idOf(row).slice(0, ID_DIGITS) });
      this.table.tell(`${this.table.nameOf(row)}, beside the table`);
    }

    /** The focus went to another row. */
    follow() {
      const { row } = this.table.keys;
      if (!this.panel.isOpen || row < 0 || row >= this.table.columns.n || row === this.row) return;
      this.row = row;
      this.draw();
      for (const [line, drawn] of this.table.grid.drawn) this.mark(drawn, line);
      this.table.writeView({ peek: this.table.idOf(row).slice(0, ID_DIGITS) });
    }

    closed() {
      this.row = -1;
      for (const [line, drawn] of this.table.grid.drawn) this.mark(drawn, line);
      this.table.writeView({ peek: null });
    }

    readView(names = ["peek"]) {
      if (!names.includes("peek")) return;
      const wanted = reporter.view.get("peek");
      let row = -1;
      for (let one = 0; wanted && row < 0 && one < this.table.columns.n; one++) if (this.table.idOf(one).startsWith(wanted)) row = one;
      if (row < 0) return void (this.panel.isOpen && this.panel.open(false));
      this.row = row;
      this.panel.open(true, { takesFocus: false });
      this.draw();
    }

    mark(drawn, line) {
      drawn.classList.toggle("peeked", line === this.row);
    }

    /** Columns have come. */
    drawn() {
      if (this.panel.isOpen && this.row >= 0 && this.isCompleteDrawn !== this.table.isComplete) this.draw();
    }

    /* What it says */

    draw() {
      this.isCompleteDrawn = this.table.isComplete;
      const run = this.table.run(this.row);
      this.panel.heading.textContent = run.name;
      this.panel.heading.title = run.name;
      this.panel.element.setAttribute("aria-label", `Run ${run.name}`);
      this.drawActions(run);
      this.drawSections();
    }

    drawActions(run) {
      const { pins } = this.table;
      const word = run.state.charAt(0).toUpperCase() + run.state.slice(1);
      const parts = [make(`span.sw.k${run.color}`, { "aria-hidden": "true" }), make(`span.st.st-${run.state}`, { textContent: word }), make("span.spacer")];
      if (run.href) parts.push(make("a.btn", { href: run.href, textContent: "Open page" }));
      if (pins) {
        parts.push(
          this.toggle("Pin", pins.pinned.has(this.row), () => pins.togglePin(this.row)),
          this.toggle("Baseline", pins.base === this.row, () => pins.toggleBase(this.row)),
        );
      }
      const focused = this.actions.contains(document.activeElement) && document.activeElement.textContent;
      this.actions.replaceChildren(...parts);
      if (focused) [...this.actions.children].find(({ textContent }) => textContent === focused)?.focus();
    }

    toggle(text, isPressed, act) {
      return make("button.btn", { textContent: text, "aria-pressed": isPressed, onclick: act });
    }

    drawSections() {
      const needle = this.find.value.trim().toLowerCase();
      const logged = [...this.table.columns.byId.values()].filter((column) => !UNLISTED.has(column.id) && column.has(this.row));
      const matching = logged.filter(({ id, label }) => `${id} ${label}`.toLowerCase().includes(needle));
      const sections = GROUPS.map((group) => this.section(group, matching.filter((column) => column.group === group)));
      this.sections.replaceChildren(...sections.filter(Boolean));
      if (!matching.length) this.sections.append(make("p.muted", { textContent: "Nothing of that name." }));
    }

    section(group, columns) {
      if (!columns.length) return null;
      const list = make("dl");
      for (const column of columns.slice(0, MAX_LISTED)) list.append(...this.entry(column));
      const heading = make("h3", {}, group, make("span.count", { textContent: String(columns.length) }));
      const more = columns.length - MAX_LISTED;
      return make("section", {}, heading, list, ...(more > 0 ? [make("p.muted", { textContent: `${more} more: find them by name` })] : []));
    }

    entry(column) {
      const cell = this.table.cell(column, this.row);
      const key = make("dt", { dir: "auto", title: column.description || column.id, textContent: [column.label, column.word, column.unit].filter(Boolean).join(" ") });
      const value = make("dd", { title: cell.exact }, make(`span${cell.mark ? `.${cell.mark}` : ""}`, { dir: "auto", textContent: column.isText || column.kind === "id" ? cell.exact || cell.text : cell.text }));
      const { pins } = this.table;
      if (pins?.isMeasured(column)) {
        const { text, mark } = pins.difference(column, this.row);
        value.append(make(`span.${mark.replace(" ", ".")}`, { textContent: text }));
      }
      return [key, value];
    }
  }

  reporter.tables.begun.then((table) => table.join(new Peek(table)));
})((globalThis.reporter = globalThis.reporter || {}));
