/**
 * The panel that chooses columns, beside the table or over it: which are shown and in which order,
 * and of each metric which of its values.
 *
 * A part of runs_table.js. In the address: `same` says which columns are listed in which all runs say
 * the same: by default all but params; "1" params too, "0" none, "2" params alone.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { SidePanel, format, columnChoice, columnLayout, columnList, derived } = reporter;
  const { make, icon } = reporter.elements;

  /** Whether only columns in which runs differ are listed: of params, and of all others. */
  const SAME = { "": [true, false], 1: [false, false], 0: [true, true], 2: [false, true] };

  const MAX_WORDS = 48;

  const DRAG_EDGE_PX = 24;
  const DRAG_STEP_PX = 12;

  /** "all 64": what a column says that is the same everywhere. */
  function sameText(column) {
    return column.isText && !column.differs && column.dictionary.length === 1 ? `all ${column.dictionary[0]}` : "";
  }

  /** Lists of choices are as wide as their longest. */
  function cut(words) {
    const letters = Array.from(words);
    return letters.length > MAX_WORDS ? `${letters.slice(0, MAX_WORDS / 2).join("")}…${letters.slice(-MAX_WORDS / 2).join("")}` : words;
  }

  const said = (n, word) => `${format.count(n)} ${word}${n === 1 ? "" : "s"}`;

  class ColumnPanel {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.folded = new Set();
      this.opened = new Set();
      this.button = table.role("columns");
      this.panel = new SidePanel(table.role("split"), {
        name: "column-manager",
        title: "Columns",
        button: this.button,
        firstStop: () => this.find,
        onToggle: (isOpen) => isOpen && this.draw(),
      });
      this.panel.element.classList.add("columns-panel");
      this.make();
      reporter.onKey?.("e", () => this.open(!this.panel.isOpen));
    }

    make() {
      const again = () => this.draw();
      this.find = make("input.plain", { type: "search", placeholder: "Find a column", "aria-label": "Find a column", "data-role": "find-column", autocomplete: "off", spellcheck: false, oninput: again });
      this.find.addEventListener("keydown", (event) => event.key === "ArrowDown" && (event.preventDefault(), this.list.go(0)));
      [this.params, this.others] = ["Only params that differ", "Only metrics and others that differ"].map((text) => this.difference(text));
      this.params.box.dataset.role = "only-differing";
      this.list = new reporter.TallList("Columns", { rows: () => this.rows, make: (row) => this.line(row), press: (event, row) => this.press(event, row) });
      this.list.element.dataset.role = "column-list";
      this.nothing = make("p.muted", { role: "status", textContent: "No column has this name.", hidden: true });
      this.usual = make("button.btn.plain", { textContent: "Usual columns", title: "Show what the table began with", onclick: () => this.table.chooseColumns(this.table.defaultColumns) });
      const constants = make("button.btn.plain", { textContent: "Hide what does not differ", title: "Take columns out of the table in which all runs say the same", name: "hide-constants", onclick: () => this.hideConstants() });
      this.panel.body.append(
        make("div.q", {}, make("div.box.small", {}, icon("find"), this.find)),
        this.params.label, this.others.label, this.nothing, this.list.element,
        make("div.folds", {}, constants, this.usual),
      );
      this.panel.element.addEventListener("pointerdown", (event) => event.target.closest("[name=grip]") && this.drag(event));
    }

    /** A box that leaves out what does not differ, and beside it how many that are. */
    difference(text) {
      const box = make("input", { type: "checkbox", onchange: () => this.writeSame() });
      const count = make("span.muted");
      return { box, count, label: make("label.row", {}, box, text, " ", count) };
    }

    open(isOpen) {
      this.panel.open(isOpen);
    }

    /* Address */

    readView(names = ["same"]) {
      if (!names.includes("same")) return;
      const [params, others] = SAME[reporter.view.get("same") ?? ""] ?? SAME[""];
      this.params.box.checked = params;
      this.others.box.checked = others;
      this.update();
    }

    writeSame() {
      const is = [this.params.box.checked, this.others.box.checked].join();
      const [value] = Object.entries(SAME).find(([, both]) => both.join() === is);
      this.table.writeView({ same: value || null });
      this.draw();
    }

    get leftOut() {
      return new Set([...(this.params.box.checked ? ["Params"] : []), ...(this.others.box.checked ? ["Run", "Metrics", "Tags"] : [])]);
    }

    /* The list */

    /** The columns or the choice have changed. The name is always shown, and counts as one. */
    update() {
      const offered = this.table.columns.offered().length;
      this.button.querySelector("[data-role=column-count]").textContent = `${format.count(this.table.shownIds.length + 1)} of ${format.count(offered + 1)}`;
      if (this.panel.isOpen) this.draw();
    }

    /** Columns of the table in its order; those that have not come yet by their ids. */
    shown() {
      const { columns, layout } = this.table;
      return layout.order.map((id) => columns.get(id) ?? { id, key: id, label: id, word: "", group: "", differs: true });
    }

    draw() {
      const wish = { find: this.find.value, leftOut: this.leftOut, folded: this.folded, opened: this.opened };
      const { rows, same } = columnList.layOut(this.table.columns.offered(), this.shown(), wish);
      const { Params = 0, ...rest } = same;
      const others = Object.values(rest).reduce((sum, count) => sum + count, 0);
      this.params.count.textContent = Params ? `${format.count(Params)} hidden` : "";
      this.others.count.textContent = others ? `${format.count(others)} hidden` : "";
      this.usual.disabled = this.table.shownIds.join("\n") === this.table.defaultColumns.join("\n");
      this.nothing.hidden = rows.length > 0;
      this.rows = rows;
      this.list.update();
    }

    line(row) {
      return row.kind === "head" ? this.head(row) : this.item(row);
    }

    head(row) {
      const { title, isPrefix, isOpen, columns, chosen, picked, total } = row;
      const line = make(`div.line.section${isPrefix ? ".prefix" : ""}`);
      const fold = make("button.icon.fold-list", { name: "fold", "aria-expanded": isOpen, "aria-label": `Columns: ${title}`, onclick: () => this.fold(row) });
      const name = make("bdi.t", { textContent: title });
      if (title === columnList.SHOWN && !isPrefix) line.append(fold, name, make("span.count", { textContent: format.count(total) }));
      else {
        const box = make("input", { type: "checkbox", name: "box", checked: picked === columns.length, indeterminate: picked > 0 && picked < columns.length });
        box.addEventListener("change", () => this.choose(columns, box.checked));
        line.append(fold, make("label", {}, box, name), make("span.count", { textContent: `${format.count(chosen)} of ${format.count(total)}` }));
      }
      return line;
    }

    fold({ key, isPrefix, isOpen }) {
      const [set, isIn] = isPrefix ? [this.opened, !isOpen] : [this.folded, isOpen];
      if (isIn) set.add(key);
      else set.delete(key);
      this.draw();
    }

    item(row) {
      const { column, isChosen, isDeep, kind } = row;
      const line = make(`div.line${isDeep ? ".deep" : ""}`);
      const box = make("input", { type: "checkbox", name: "box", value: column.id, checked: isChosen });
      box.addEventListener("change", () => (kind === "shown" ? this.table.layout.hide(column.id) : this.choose([column], box.checked)));
      const text = make("bdi.t", { textContent: column.label, title: column.description || column.id });
      const same = sameText(column);
      if (kind === "shown") line.append(make("button.icon.grip", { name: "grip", title: "Drag to another place (Ctrl ⇧ ↑ ↓)", "aria-label": `Move ${column.label}` }));
      line.append(make("label", {}, box, text));
      if (this.hasValues(column)) line.append(this.values(row));
      else if (same) line.append(make("span.same", { textContent: same, title: same, dir: "auto" }));
      return line;
    }

    /* Values of a metric */

    hasValues({ group, key }) {
      return group === "Metrics" && this.table.supply?.hasSeries(key);
    }

    /** The column of a metric that the table shows: the first of them. */
    shownOf(column) {
      const name = columnList.nameOf(column);
      return this.shown().find((one) => columnList.nameOf(one) === name) ?? column;
    }

    /** All choices are made when it is about to be opened: a screenful of lists is long. */
    values({ column, kind, isChosen }) {
      const now = kind === "shown" || !isChosen ? column : this.shownOf(column);
      const select = make("select", { name: "value", "aria-label": `Value of ${column.label}` }, make("option", { value: now.id, textContent: now.word || "last", selected: true }));
      const fill = () => select.options.length === 1 && this.fill(select, now);
      for (const kind of ["pointerdown", "focus"]) select.addEventListener(kind, fill);
      select.addEventListener("change", () => (select.value ? this.show(now, isChosen, select.value) : this.askCount(select, now, isChosen)));
      return select;
    }

    fill(select, now) {
      const groups = derived.choices(now, this.metrics());
      const option = ([value, words]) => make("option", { value, textContent: cut(words), title: words });
      const parts = groups.map(({ label, items }, i) => {
        const options = items.filter(([id]) => id !== now.id).map(option);
        if (i === 1) options.push(option(["", "another number…"]));
        return label ? make("optgroup", { label }, ...options) : options;
      });
      select.append(...parts.flat());
    }

    /** Metrics at whose best step another may be read: those shown first. */
    metrics() {
      const { columns, supply } = this.table;
      const all = [...this.shown().map((one) => columns.get(`metrics.${one.key}`)), ...columns.offered()];
      return [...new Set(all)].filter((one) => one?.group === "Metrics" && supply.hasSeries(one.key));
    }

    /** How many last points: a field in place of the list. */
    askCount(select, now, isChosen) {
      const field = make("input", { type: "number", name: "value", min: 1, max: derived.MAX_LAST, value: 20, "aria-label": `Last points of ${now.label}` });
      const take = () => {
        const count = Math.round(Number(field.value));
        const isGood = count >= 1 && count <= derived.MAX_LAST;
        if (isGood) this.show(now, isChosen, derived.ids.last(now.key, count));
        else this.draw();
      };
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") take();
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.draw();
      });
      field.addEventListener("blur", () => field.isConnected && setTimeout(() => this.list.hasFocus || this.draw()));
      select.replaceWith(field);
      field.focus();
      field.select();
    }

    async show(now, isChosen, id) {
      const { layout, supply } = this.table;
      if (isChosen) return layout.replace(now.id, id);
      await supply.make(id);
      this.table.chooseColumns(columnList.choose(layout.order, [id], true, this.table.columns.offered()));
    }

    /* Choosing and moving */

    /** @param {object[]} columns  of the list: of a metric, all values that the table shows are meant */
    choose(columns, isShown) {
      const names = new Set(columns.map(columnList.nameOf));
      const shown = this.shown();
      const present = new Set(shown.map(columnList.nameOf));
      const ids = isShown
        ? columns.filter((column) => !present.has(columnList.nameOf(column))).map(({ id }) => id)
        : shown.filter((column) => names.has(columnList.nameOf(column))).map(({ id }) => id);
      this.table.chooseColumns(columnList.choose(this.table.layout.order, ids, isShown, this.table.columns.offered()));
      if (columns.length > 1) reporter.announce(`${said(ids.length, "column")} ${isShown ? "added" : "taken out"}`);
    }

    /** Takes out of the table what says the same of every run: looked for when asked, since it may mean reading all values. */
    hideConstants() {
      const { grid, layout, chooseColumns } = this.table;
      const constant = new Set(grid.columns.filter(columnChoice.isConstant).map(({ id }) => id));
      reporter.announce(`${said(constant.size, "column")} hidden`);
      if (constant.size) chooseColumns.call(this.table, layout.order.filter((id) => !constant.has(id)));
    }

    press(event, row) {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (row.kind === "head" && /^Arrow(Left|Right)$/.test(event.key) && event.target.name === "fold") {
        const isOpening = (event.key === "ArrowRight") !== (getComputedStyle(this.panel.element).direction === "rtl");
        if (isOpening !== row.isOpen) return this.fold(row), true;
      }
      if (!by || row.kind !== "shown" || !event.shiftKey || !(event.ctrlKey || event.metaKey)) return false;
      this.table.layout.move(row.column.id, by);
      return true;
    }

    /* Dragging: a line shows where the column would go */

    drag(event) {
      const from = this.list.rows[Number(event.target.closest("[data-place]").dataset.place)];
      const shown = this.list.rows.filter(({ kind }) => kind === "shown");
      const first = this.list.rows.indexOf(shown[0]);
      const watch = new AbortController();
      let before = null;
      const move = ({ clientY }) => {
        this.scrollNear(clientY);
        const { place, isBehind } = this.list.placeAt(clientY);
        before = Math.max(0, Math.min(shown.length, place - first + isBehind));
        this.markDrop(first + before, first + shown.length);
      };
      const finish = (isDone) => {
        watch.abort();
        this.markDrop(-1);
        if (isDone && before !== null) this.drop(from.column.id, shown[before]?.column.id ?? null);
      };
      const { signal } = watch;
      event.preventDefault();
      addEventListener("pointermove", move, { signal });
      addEventListener("pointerup", () => finish(true), { signal });
      addEventListener("pointercancel", () => finish(false), { signal });
      addEventListener("keydown", (pressed) => pressed.key === "Escape" && (pressed.stopPropagation(), finish(false)), { signal, capture: true });
    }

    scrollNear(y) {
      const { top, bottom } = this.list.element.getBoundingClientRect();
      if (y < top + DRAG_EDGE_PX) this.list.element.scrollTop -= DRAG_STEP_PX;
      else if (y > bottom - DRAG_EDGE_PX) this.list.element.scrollTop += DRAG_STEP_PX;
    }

    /** @param {number} place  of the row before which it goes; -1 for none */
    markDrop(place, end) {
      for (const line of this.list.list.children) {
        const at = Number(line.dataset.place);
        line.classList.toggle("drop-before", at === place && place < end);
        line.classList.toggle("drop-after", place === end && at === end - 1);
      }
    }

    /** Before another one, or behind all that are listed. */
    drop(id, other) {
      const { layout, grid } = this.table;
      const listed = this.list.rows.filter(({ kind }) => kind === "shown").map(({ column }) => column.id);
      const behind = layout.order[layout.order.indexOf(listed.at(-1)) + 1] ?? null;
      const order = columnLayout.movedBefore(layout.order, id, other ?? behind);
      if (order.join("\n") === layout.order.join("\n")) return;
      layout.reorder(order);
      reporter.announce(`Column ${grid.columns.findIndex((column) => column.id === id) + 1} of ${grid.columns.length}`);
    }
  }

  reporter.ColumnPanel = ColumnPanel;

  reporter.tables.begun.then((table) => {
    table.panel = new ColumnPanel(table);
    table.join({ readView: (names) => table.panel.readView(names) });
  });
})((globalThis.reporter = globalThis.reporter || {}));
