/**
 * The panel that chooses groups, its button, and the chip that says which there are.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { SidePanel, groups, groupCells, Grouping } = reporter;
  const { make } = reporter.elements;

  /** More columns are found by name. */
  const MAX_LISTED = 60;

  class GroupPanel {
    /** @param {object} table  see runs_table.js @param {Grouping} grouping */
    constructor(table, grouping) {
      Object.assign(this, { table, grouping });
      this.button = table.role("group");
      this.label = this.button.querySelector(".n");
      this.panel = new SidePanel(table.role("split"), {
        name: "group-panel",
        title: "Group runs",
        button: this.button,
        onToggle: (isOpen) => isOpen && this.draw(),
      });
      this.chips = make("span.chips");
      table.role("chips").before(this.chips);
      this.make();
      grouping.onChange = () => this.update();
      reporter.onKey?.("g", () => this.panel.open(!this.panel.isOpen));
      this.update();
    }

    make() {
      this.kinds = make("div", { role: "radiogroup", "aria-label": "How to group" });
      this.find = make("input.plain", { type: "search", placeholder: "Find a column", "aria-label": "Find a column to group by", autocomplete: "off", spellcheck: false, oninput: () => this.drawColumns() });
      this.list = make("ul", { "aria-label": "Columns to group by" });
      this.shown = make("select", { "aria-label": "Cells of groups show", onchange: () => this.grouping.choose({ shown: this.shown.value }) });
      for (const [value, text] of Object.entries(groupCells.SHOWN)) this.shown.append(make("option", { value, textContent: text }));
      const fold = (text, isOpen) => make("button.btn", { textContent: text, onclick: () => this.grouping.foldAll(isOpen) });
      this.folds = make("div.folds", {}, fold("Unfold all", true), fold("Fold all", false));
      this.panel.body.append(
        this.kinds,
        make("h3", { textContent: "By columns" }),
        make("div.q", {}, make("div.box.small", {}, this.find)),
        this.list,
        make("h3", { textContent: "Groups show" }),
        this.shown,
        this.folds,
      );
    }

    get chosen() {
      return new Set(this.grouping.ids);
    }

    /* The panel */

    draw() {
      const { spec } = this.grouping;
      const isByColumns = spec !== "" && spec !== Grouping.REPEATS && spec !== Grouping.TREE;
      const hadFocus = this.kinds.contains(document.activeElement);
      this.kinds.replaceChildren(
        this.kind("", "No groups", ""),
        this.kind(Grouping.REPEATS, "Everything but the seed", this.repetitionText()),
        ...(this.hasParents ? [this.kind(Grouping.TREE, "Parents and their children", "")] : []),
      );
      if (hadFocus) this.kinds.querySelector("input:checked")?.focus();
      this.shown.value = this.grouping.shown;
      this.shown.disabled = spec === "";
      for (const button of this.folds.children) button.disabled = spec === "";
      this.list.classList.toggle("in-use", isByColumns);
      this.drawColumns();
    }

    get hasParents() {
      return Boolean(this.table.columns.get("attributes.parent")?.dictionary.length);
    }

    repetitionText() {
      const { columns } = this.table;
      const kept = new Set(groups.configurationIds(columns));
      const left = [...columns.byId.values()].filter(({ id, group }) => group === "Params" && !kept.has(id)).map(({ label }) => label);
      if (!left.length) return "no seed or fold among the params: equal params";
      return `apart from ${left.join(", ")}${this.grouping.hasRepetitions ? "" : "; no run repeats another"}`;
    }

    kind(spec, text, detail) {
      const box = make("input", { type: "radio", name: "group-kind", value: spec, checked: this.grouping.spec === spec });
      box.addEventListener("change", () => this.grouping.choose({ spec }));
      const words = make("span", {}, text);
      if (detail) words.append(make("span.muted", { textContent: ` ${detail}`, dir: "auto" }));
      return make("label.row", {}, box, words);
    }

    /** Those that are chosen first, then those in which runs differ. */
    offered() {
      const needle = this.find.value.trim().toLowerCase();
      const { chosen } = this;
      return [...this.table.columns.byId.values()]
        .filter((column) => chosen.has(column.id) || (column.differs && Grouping.canBeKey(column)))
        .filter(({ id, label }) => `${id} ${label}`.toLowerCase().includes(needle))
        .sort((a, b) => chosen.has(b.id) - chosen.has(a.id));
    }

    drawColumns() {
      const offered = this.offered();
      const { chosen } = this;
      const focused = this.list.contains(document.activeElement) && document.activeElement.value;
      const more = offered.length - MAX_LISTED;
      this.list.replaceChildren(...offered.slice(0, MAX_LISTED).map((column) => this.item(column, chosen.has(column.id))));
      if (more > 0) this.list.append(make("li.muted", { textContent: `${more} more: find them by name` }));
      if (focused) [...this.list.querySelectorAll("input")].find(({ value }) => value === focused)?.focus();
    }

    item(column, isChosen) {
      const box = make("input", { type: "checkbox", value: column.id, checked: isChosen });
      box.addEventListener("change", () => this.toggle(column.id, box.checked));
      const group = column.kind === "time" ? "by day" : column.group;
      return make("li", {}, make("label", {}, box, make("span.t", { dir: "auto", textContent: column.label })), make("span.same", { textContent: group }));
    }

    toggle(id, isChosen) {
      this.grouping.toggleKey(id, isChosen);
    }

    /* The toolbar */

    update() {
      const { spec } = this.grouping;
      const text = this.text(spec);
      this.chips.replaceChildren(...(spec ? [this.chip(text)] : []));
      this.label.textContent = spec ? String(this.grouping.ids.length || "on") : "";
      if (this.panel.isOpen) this.draw();
    }

    text(spec) {
      if (spec === Grouping.REPEATS) return "everything but the seed";
      if (spec === Grouping.TREE) return "parents and children";
      return this.grouping.ids.map((id) => this.table.columns.get(id)?.label ?? id).join(", ");
    }

    chip(text) {
      const what = make("span.ell", { title: groupCells.SHOWN[this.grouping.shown] }, "group ", make("bdi", { textContent: text }));
      const remove = make("button", { textContent: "×", "aria-label": `Remove groups by ${text}`, onclick: () => this.grouping.choose({ spec: "" }) });
      const shown = make("span.muted", { textContent: groupCells.SHOWN[this.grouping.shown] });
      return make("span.chip", {}, what, shown, remove);
    }
  }

  reporter.tables.begun.then((table) => {
    const grouping = new reporter.Grouping(table);
    table.grouping = grouping;
    table.join(grouping);
    new GroupPanel(table, grouping);
  });
})((globalThis.reporter = globalThis.reporter || {}));
