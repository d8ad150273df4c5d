/**
 * What colours and dashes mean, once for each section of charts: runs, groups, or values of a column.
 *
 * A name under the pointer raises its lines; a click hides its runs in all charts, or brings them back.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { chartGroups, chartIdentity, chartHighlight, format } = reporter;
  const { make } = reporter.elements;

  /** More names are shown when asked for, and no more than lines of a chart. */
  const MOST_AT_ONCE = 12;
  const MOST_LISTED = 200;
  /** Of the window: sections within are kept up to date. */
  const NEAR = "100% 0px";
  const SHADES = Array.from({ length: chartIdentity.SHADES }, (_, i) => i + 9);

  const sample = ({ color, dash }) => make(`span.ln.k${color}.dash${dash}`, { "aria-hidden": "true" });

  /** @typedef {{look: object, name: string, rows: number[], aside: string}} Item */

  class Legend {
    /** @param {object} choice  see chart_choice.js */
    constructor(choice) {
      Object.assign(this, { choice, table: choice.table, isWhole: false });
      this.elements = [...document.querySelectorAll(".charts-section")].map((section) => {
        const element = make("div.chart-legend", { "data-role": "chart-legend", role: "group", "aria-label": "Legend" });
        section.querySelector(".sect-h").after(element);
        element.addEventListener("pointerleave", () => chartHighlight.raise(null));
        return element;
      });
      this.isStale = true;
      this.near = new Set();
      const sections = new IntersectionObserver((entries) => this.meet(entries), { rootMargin: NEAR });
      for (const element of this.elements) sections.observe(element.parentElement);
      choice.subscribe(() => this.update());
      document.addEventListener("reporter:rows", () => this.update());
      addEventListener("beforeprint", () => this.isStale && this.show());
      chartHighlight.subscribe((ids) => this.mark(ids));
    }

    /* A table of many groups is not to wait for a legend that nobody sees. */

    meet(entries) {
      for (const { target, isIntersecting } of entries) this.near[isIntersecting ? "add" : "delete"](target);
      if (this.isStale && this.near.size) this.show();
    }

    update() {
      this.isStale = true;
      if (this.near.size) this.show();
    }

    /** Of the table, those whose colour is off included. */
    rows() {
      const { selection, bar } = this.table;
      return Array.from(selection.size ? bar.ordered() : this.table.sequence());
    }

    /* What there is to say */

    /** What to ask for each item: of thousands, few are shown. @returns {(() => Item)[]} */
    items() {
      const { choice } = this;
      const scale = choice.scale("color");
      if (scale && !scale.isListed) return this.unlogged(scale);
      if (scale) return this.values("color", scale, (row) => chartIdentity.colorOf(scale, row));
      return choice.groups ? this.groups(choice.groups) : this.runs();
    }

    bucketed(keyOf) {
      const buckets = new Map();
      for (const row of this.rows()) {
        const key = keyOf(row);
        if (!buckets.has(key)) buckets.set(key, []);
        buckets.get(key).push(row);
      }
      return [...buckets].sort(([a], [b]) => (a < 0) - (b < 0) || a - b);
    }

    values(role, scale, lookOf) {
      return this.bucketed(scale.placeOf).map(([place, rows]) => () => ({ look: lookOf(rows[0]), name: this.choice.text(role, place), rows, aside: "" }));
    }

    unlogged(scale) {
      const rows = this.rows().filter((row) => scale.placeOf(row) < 0);
      return rows.length ? [() => ({ look: { color: chartIdentity.NONE, dash: 0 }, name: "not logged", rows, aside: "" })] : [];
    }

    groups(outline) {
      return this.bucketed((row) => outline.groups.groupOf[row]).map(([group, rows]) => () => {
        const { name, ...look } = this.choice.groupLook(outline, group);
        return { look, name, rows, aside: `n = ${format.count(rows.length)}` };
      });
    }

    runs() {
      return this.rows()
        .sort((a, b) => a - b)
        .slice(0, MOST_LISTED)
        .map((row) => () => ({ look: this.choice.lookOf(row), name: this.table.nameOf(row), rows: [row], aside: "" }));
    }

    dashes() {
      const scale = this.choice.scale("dash");
      if (!scale) return [];
      return this.values("dash", scale, (row) => ({ color: chartIdentity.NONE, dash: chartIdentity.dashOf(scale, row) }));
    }

    /* Elements */

    show() {
      this.isStale = false;
      const [items, dashes] = [this.items(), this.dashes()];
      for (const element of this.elements) {
        element.replaceChildren(...this.ramp(), ...this.list(items), ...this.list(dashes, this.label("dash")), ...this.notes());
        element.hidden = !element.children.length;
      }
    }

    list(items, head) {
      const shown = this.isWhole ? items.slice(0, MOST_LISTED) : items.slice(0, MOST_AT_ONCE);
      const hasMore = items.length > MOST_AT_ONCE;
      const more = this.isWhole ? "fewer" : `+${format.count(items.length - shown.length)} more`;
      const turn = () => {
        this.isWhole = !this.isWhole;
        this.show();
      };
      return [...(head && items.length ? [head] : []), ...shown.map((item) => this.item(item())), ...(hasMore ? [make("button.more", { onclick: turn, textContent: more })] : [])];
    }

    label(role) {
      return make("span.muted", { textContent: this.choice.column(role)?.label ?? "", dir: "auto" });
    }

    item({ look, name, rows, aside }) {
      const hidden = this.table.sight?.hidden.stateOf(Uint32Array.from(rows)) === true;
      const ids = new Set(rows.map((row) => this.table.idOf(row)));
      const button = make(
        "button.name",
        { "aria-pressed": String(!hidden), title: `${name}\n${hidden ? "Show in charts" : "Hide in charts"}`, onclick: () => this.table.sight?.toggleRows(rows, name) },
        sample(look),
        make("bdi.ell", { textContent: name }),
        ...(aside ? [make("span.muted", { textContent: aside })] : []),
      );
      for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => chartHighlight.raise(ids));
      button.addEventListener("blur", () => chartHighlight.raise(null));
      button.ids = ids;
      return button;
    }

    ramp() {
      const scale = this.choice.scale("color");
      if (!scale || scale.isListed || !scale.entries.length) return scale ? [this.label("color")] : [];
      const end = (place) => make("span.num", { textContent: this.choice.text("color", place) });
      const shades = make("span.ramp", { "aria-hidden": "true" }, ...SHADES.map((color) => make(`span.k${color}`)));
      return [this.label("color"), end(0), shades, end(scale.entries.length - 1)];
    }

    notes() {
      const { groups, band } = this.choice;
      const notes = [];
      if (groups) notes.push(chartGroups.BANDS[band]);
      const nDashed = this.choice.scale("dash")?.entries.length ?? 0;
      const nPatterns = chartIdentity.DASHES.length;
      if (nDashed > nPatterns) notes.push(`${nPatterns} dashes for ${nDashed} values`);
      return notes.length ? [make("span.muted", { textContent: notes.join(" · ") })] : [];
    }

    mark(ids) {
      for (const element of this.elements) {
        for (const button of element.querySelectorAll(".name")) button.classList.toggle("raised", Boolean(ids) && [...button.ids].some((id) => ids.has(id)));
      }
    }
  }

  reporter.ChartLegend = Legend;
  reporter.tables.begun.then(() => document.querySelector("[data-role=charts-toolbar]") && new Legend(reporter.chartChoice));
})((globalThis.reporter = globalThis.reporter || {}));
