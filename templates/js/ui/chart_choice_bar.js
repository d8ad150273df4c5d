/**
 * The second line of controls above the charts: groups, colour, dash, plots, and how many lines.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { chartGroups } = reporter;
  const { make } = reporter.elements;

  /** A list of more is no list to choose from; the others are named in the address. */
  const MOST_LISTED = 200;
  const SECTIONS = ["Params", "Tags", "Metrics", "Run"];
  const TOPS = [5, 10, 20, 50, 100];
  const NEVER = new Set(["attributes.run_id", "attributes.note", "attributes.parent", "attributes.end_time"]);

  const option = (value, textContent) => make("option", { value, textContent });

  class ChoiceBar {
    /** @param {object} choice  see chart_choice.js @param {HTMLElement} toolbar  that it stands below */
    constructor(choice, toolbar) {
      Object.assign(this, { choice, table: choice.table });
      this.selects = {};
      this.filled = new Map();
      this.element = make(
        "div.toolbar.scroll.choices",
        { role: "toolbar", "aria-label": "How charts tell runs apart", "data-role": "charts-choices" },
        this.select("group", "Group", "Lines stand for groups of runs, as in the table"),
        this.select("band", "Show", "What a line of several runs is, and the band around it"),
        (this.ghosts = make("button.btn", { textContent: "Runs behind", title: "Draw the runs of each group behind its line", "data-act": "ghosts", onclick: () => choice.change({ ghosts: choice.hasGhosts ? null : "shown" }) })),
        this.select("color", "Colour", "Colour lines by what a column says"),
        this.select("dash", "Dash", "Dash lines by what a column says"),
        this.select("facet", "Split", "One plot for each value of a column"),
        this.select("top", "Lines", "Only the best by each chart’s metric; the first where no direction is declared"),
      );
      this.empty = make("button.btn", { title: "Leave away charts of metrics that no run shown here has logged", "data-act": "empty", onclick: () => choice.change({ empty: reporter.view.get("empty") === "hidden" ? null : "hidden" }) });
      this.element.append(this.empty);
      toolbar.after(this.element);
      this.sayEmpty(false, 0);
      reporter.chartCards?.follow(this.table, (isHidden, count) => this.sayEmpty(isHidden, count));
      this.fillFixed();
      choice.subscribe(() => this.show());
      this.show();
    }

    select(name, label, title) {
      const select = make("select", { title, "data-act": name, onchange: () => this.chosen(name, select.value) });
      for (const type of ["pointerdown", "focus"]) select.addEventListener(type, () => this.fill(name));
      this.selects[name] = select;
      return make("label.row.muted", {}, `${label} `, select);
    }

    chosen(name, value) {
      if (name === "group") this.choice.grouping.choose({ spec: value });
      else this.choice.change({ [name]: value || null });
    }

    sayEmpty(isHidden, count) {
      this.empty.setAttribute("aria-pressed", String(isHidden));
      this.empty.replaceChildren("Hide empty", ...(isHidden ? [make("span.n", { textContent: String(count) })] : []));
    }

    /* Lists */

    fillFixed() {
      const bands = Object.entries(chartGroups.BANDS);
      this.selects.band.replaceChildren(...bands.map(([value, text], i) => option(i ? value : "", text)), option(reporter.ChartChoice.RUNS, "single runs"));
      this.selects.top.replaceChildren(option("", "all"), ...TOPS.map((top) => option(String(top), `best ${top}`)));
    }

    /** Columns come late, and there may be many: listed when somebody looks. */
    fill(name) {
      const { size } = this.table.columns.byId;
      if (name === "band" || name === "top" || this.filled.get(name) === size) return;
      this.filled.set(name, size);
      this.fillColumns(name, true);
      this.show();
    }

    fillColumns(name, isWhole) {
      const select = this.selects[name];
      const first = name === "group" ? [option("", "none"), option(reporter.Grouping.REPEATS, "everything but the seed")] : [option("", name === "facet" ? "no" : name === "dash" ? "by place" : "by run")];
      select.replaceChildren(...first, ...(isWhole ? this.sections() : []));
    }

    sections() {
      const isOffered = ({ id, differs }) => differs && !NEVER.has(id);
      const offered = this.table.columns.offered().filter(isOffered);
      const listed = offered.slice(0, MOST_LISTED);
      const lists = SECTIONS.map((label) => {
        const list = make("optgroup", { label });
        list.append(...listed.filter(({ group }) => group === label).map((column) => option(column.id, column.label)));
        return list;
      });
      const more = offered.length - listed.length;
      return [...lists.filter((list) => list.children.length), ...(more ? [make("option", { disabled: true, textContent: `${more} more columns` })] : [])];
    }

    /* State */

    /** The option of what is chosen is there, whether or not the list has been made. */
    put(name, value, text) {
      const select = this.selects[name];
      if (!select.options.length) this.fillColumns(name, false);
      if (![...select.options].some((one) => one.value === value)) select.append(option(value, text || value));
      select.value = value;
    }

    labelOf(id) {
      return this.table.columns.get(id)?.label ?? id;
    }

    show() {
      const { choice } = this;
      const { grouping, by, outline } = choice;
      this.put("group", grouping?.spec ?? "", this.groupText(grouping));
      this.put("band", choice.band === "ci" ? "" : choice.band);
      for (const role of Object.keys(by)) this.put(role, by[role], this.labelOf(by[role]));
      this.put("top", choice.top ? String(choice.top) : "", `best ${choice.top}`);
      const isGrouped = Boolean(outline);
      this.selects.band.parentElement.hidden = !isGrouped;
      this.ghosts.hidden = !choice.groups;
      this.ghosts.setAttribute("aria-pressed", String(choice.hasGhosts));
    }

    groupText(grouping) {
      if (!grouping?.spec) return "none";
      if (grouping.isTree) return "parents (in the table)";
      return grouping.ids.map((id) => this.labelOf(id)).join(", ");
    }
  }

  reporter.ChoiceBar = ChoiceBar;
  reporter.tables.begun.then(() => {
    const toolbar = document.querySelector("[data-role=charts-toolbar]");
    if (toolbar) reporter.chartChoice.bar = new ChoiceBar(reporter.chartChoice, toolbar);
  });
})((globalThis.reporter = globalThis.reporter || {}));
