/**
 * The panel that chooses columns, beside the table or over it.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { format, columnChoice } = reporter;

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  function checkbox(isChecked) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = isChecked;
    return box;
  }

  /** "all 64": what a column says that is the same everywhere. */
  function sameText(column) {
    return column.isText && !column.differs && column.dictionary.length === 1 ? `all ${column.dictionary[0]}` : "";
  }

  class ColumnPanel {
    /**
     * @param {HTMLElement} root  the element with data-role=runs
     * @param {object} table
     * @param {() => object[]} table.offered  columns, in their order
     * @param {() => string[]} table.shown  ids
     * @param {(ids: string[]) => void} table.onChoose
     */
    constructor(root, table) {
      const role = (name) => root.querySelector(`[data-role=${name}]`);
      this.table = table;
      this.button = role("columns");
      this.panel = role("column-manager");
      this.split = role("split");
      this.list = role("column-list");
      this.find = role("find-column");
      this.onlyDiffering = role("only-differing");
      this.count = role("column-count");
      this.hiddenCount = role("hidden-count");
      this.closeButton = role("close-columns");
      this.opened = new Set();
      this.onlyDiffering.checked = reporter.view.get("same") !== "1";
      this.listen();
    }

    listen() {
      this.button.addEventListener("click", () => this.open(this.panel.hidden));
      this.closeButton.addEventListener("click", () => this.open(false));
      this.panel.addEventListener("keydown", (event) => {
        if (event.key === "Escape") this.open(false);
      });
      this.find.addEventListener("input", () => this.draw());
      this.onlyDiffering.addEventListener("change", () => {
        reporter.view.set({ same: this.onlyDiffering.checked ? null : "1" });
        this.draw();
      });
      this.split.addEventListener("reporter:panel", (event) => event.target !== this.panel && !this.panel.hidden && this.close());
      reporter.onKey?.("e", () => this.open(this.panel.hidden));
    }

    /** Another panel has taken the place. */
    close() {
      this.panel.hidden = true;
      this.button.setAttribute("aria-pressed", false);
    }

    open(isOpen) {
      this.panel.hidden = !isOpen;
      this.split.classList.toggle("open", isOpen);
      this.button.setAttribute("aria-pressed", isOpen);
      if (isOpen) {
        this.panel.dispatchEvent(new CustomEvent("reporter:panel", { bubbles: true }));
        this.draw();
        this.firstStop().focus();
      } else this.button.focus();
    }

    /** On touch a field in focus would cover half the panel with a keyboard. */
    firstStop() {
      return matchMedia("(pointer: coarse)").matches ? this.closeButton : this.find;
    }

    /** The columns or the choice have changed. The name is always shown, and counts as one. */
    update() {
      const offered = this.table.offered().length;
      this.count.textContent = `${format.count(this.table.shown().length + 1)} of ${format.count(offered + 1)}`;
      if (!this.panel.hidden) this.draw();
    }

    draw() {
      const wish = {
        find: this.find.value,
        onlyDiffering: this.onlyDiffering.checked,
        chosen: new Set(this.table.shown()),
        opened: this.opened,
      };
      const { sections, same, unlisted } = columnChoice.layOut(this.table.offered(), wish);
      this.hiddenCount.textContent = same ? `${format.count(same)} hidden` : "";
      const focused = this.focusedName();
      this.list.replaceChildren(...sections.flatMap((section) => this.section(section, wish.chosen)), ...this.ends(sections, unlisted));
      this.focusAgain(focused);
    }

    section(section, chosen) {
      const head = this.head(section, chosen);
      if (!section.listed.length) return [head];
      return [head, element("ul", "", ...section.listed.map((column) => this.item(column, chosen.has(column.id))))];
    }

    head(section, chosen) {
      const isAll = section.columns.every(({ id }) => chosen.has(id));
      const box = checkbox(isAll && section.chosen > 0);
      box.indeterminate = section.chosen > 0 && !isAll;
      box.name = `section ${section.title}`;
      box.addEventListener("change", () => this.choose(section.columns.map(({ id }) => id), box.checked));
      const count = element("span", "count", `${format.count(section.chosen)} of ${format.count(section.total)}`);
      const label = element("label", "", box, " ", element("bdi", "", section.title));
      return element("h3", "", label, " ", count, ...(section.isPrefix ? [this.fold(section)] : []));
    }

    /** Sections of a prefix are folded until asked for. */
    fold({ title, isOpen }) {
      const button = element("button", "icon", isOpen ? "▾" : "▸");
      button.type = "button";
      button.name = `fold ${title}`;
      button.setAttribute("aria-expanded", isOpen);
      button.setAttribute("aria-label", `Columns of ${title}`);
      button.addEventListener("click", () => {
        if (isOpen) this.opened.delete(title);
        else this.opened.add(title);
        this.draw();
      });
      return button;
    }

    item(column, isChosen) {
      const box = checkbox(isChosen);
      box.value = column.id;
      box.name = column.id;
      box.addEventListener("change", () => this.choose([column.id], box.checked));
      const text = element("span", "t", element("bdi", "", column.label));
      text.title = column.description || column.id;
      const same = sameText(column);
      return element("li", "", element("label", "", box, text), ...(same ? [element("span", "same", same)] : []));
    }

    ends(sections, unlisted) {
      if (!sections.length) return [element("p", "muted", "No column has this name.")];
      const more = unlisted ? [element("p", "muted", `${format.count(unlisted)} more: find them by name.`)] : [];
      return [...more, this.constantsButton()];
    }

    /** Takes out of the table what says the same of every run: looked for when asked, since it may mean reading all values. */
    constantsButton() {
      const button = element("button", "btn plain", "Hide columns without differences");
      button.type = "button";
      button.name = "hide-constants";
      button.addEventListener("click", () => {
        const constant = this.table.constants();
        reporter.announce(`${format.count(constant.length)} ${constant.length === 1 ? "column" : "columns"} hidden`);
        this.choose(constant, false);
      });
      return element("p", "", button);
    }

    choose(ids, isShown) {
      this.table.onChoose(columnChoice.choose(this.table.shown(), ids, isShown, this.table.offered()));
    }

    /* The list is drawn anew on each change: the focus goes back to where it was. */

    focusedName() {
      return this.list.contains(document.activeElement) ? document.activeElement.name : "";
    }

    focusAgain(name) {
      if (name) this.list.querySelector(`[name="${CSS.escape(name)}"]`)?.focus();
    }
  }

  reporter.ColumnPanel = ColumnPanel;
})((globalThis.reporter = globalThis.reporter || {}));
