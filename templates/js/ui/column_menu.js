/**
 * The menu of a heading, and what mouse and keys do there: width, place, the value of a metric.
 *
 * It opens by the mark at the end of a heading, the right mouse button, the menu key, or Alt+↓; with
 * the focus on a heading, Shift+← → change its width and Ctrl+Shift+← → its place.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { derived } = reporter;
  const { make } = reporter.elements;

  const WIDTH_STEP_PX = 24;

  /** A click may tremble so far before it is a drag. */
  const DRAG_PX = 6;

  /** In a menu the usual ones; the panel of columns has them all. */
  const USUAL_COUNT = 10;
  const MAX_OTHERS = 4;

  /** What a metric can show: [id, words]. */
  function valuesOf(column, table) {
    const isUsual = ([id]) => derived.parse(id)?.what !== "last" || derived.parse(id).count === USUAL_COUNT;
    const values = derived.choices(column, othersOf(table)).flatMap(({ items }) => items).filter(isUsual);
    return values.some(([id]) => id === column.id) ? values : [...values, [column.id, column.word]];
  }

  /** Metrics of a declared direction that the table shows: at their best step others may be read. */
  function othersOf(table) {
    const shown = table.grid.columns.filter((one) => one.group === "Metrics" && one.direction && table.supply.hasSeries(one.key));
    return [...new Map(shown.map((one) => [one.key, one])).values()].slice(0, MAX_OTHERS);
  }

  class ColumnMenu {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      Object.assign(this, { table, layout: table.layout, head: table.element.tHead });
      this.head.addEventListener("contextmenu", (event) => this.openAt(event, event.target));
      table.element.addEventListener("click", (event) => this.click(event), true);
      table.element.addEventListener("keydown", (event) => this.press(event), true);
      this.head.addEventListener("pointerdown", (event) => this.begin(event));
      this.head.addEventListener("dblclick", (event) => event.target.matches(".grip") && this.layout.fit(this.idOf(event.target)));
      addEventListener("pointerdown", (event) => this.menu && !this.menu.contains(event.target) && this.close(), true);
      addEventListener("resize", () => this.close());
    }

    idOf(target) {
      return target.closest("th[data-column]")?.dataset.column;
    }

    columnOf(target) {
      const id = this.idOf(target);
      return id && id !== reporter.NAME ? this.table.columns.get(id) : undefined;
    }

    /* Mouse and keys on headings */

    click(event) {
      const isHandle = event.target.matches(".more, .grip");
      if (isHandle || this.hasMoved) event.stopPropagation();
      if (event.target.matches(".more")) this.openAt(event, event.target);
      this.hasMoved = false;
    }

    press(event) {
      const column = event.target.closest("thead") && this.columnOf(event.target);
      if (!column) return;
      const sign = { ArrowLeft: -1, ArrowRight: 1 }[event.key] * (getComputedStyle(this.head).direction === "rtl" ? -1 : 1);
      if (event.altKey && event.key === "ArrowDown") this.openAt(event, event.target);
      else if (!sign || !event.shiftKey || event.altKey) return;
      else if (event.ctrlKey || event.metaKey) this.shift(event, column.id, sign);
      else this.stop(event, () => this.layout.resizeBy(column.id, sign * WIDTH_STEP_PX));
    }

    stop(event, act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }

    shift(event, id, by) {
      this.stop(event, () => this.layout.move(id, by));
      this.focusHead(id);
    }

    focusHead(id) {
      const { grid, keys } = this.table;
      const column = grid.columns.findIndex((one) => one.id === id) + 1;
      if (column > 0) keys.go({ place: -1, column });
      else keys.go({ place: -1, column: 0 });
    }

    /** @param {PointerEvent} event  on a grip: its width; else, when it moves far enough: its place */
    begin(event) {
      const id = this.idOf(event.target);
      if (!id || id === reporter.NAME || event.button || event.target.matches(".more, input")) return;
      this.hasMoved = false;
      if (event.target.matches(".grip")) this.drag(event, this.widening(event, id));
      else if (event.pointerType !== "touch") this.drag(event, this.moving(event, id));
    }

    /** Follow the pointer until it is let go. */
    drag(event, { move, end }) {
      const watch = new AbortController();
      const { signal } = watch;
      const finish = (isDone) => {
        watch.abort();
        end(isDone);
      };
      addEventListener("pointermove", move, { signal });
      addEventListener("pointerup", () => finish(true), { signal });
      addEventListener("pointercancel", () => finish(false), { signal });
      addEventListener("keydown", (pressed) => pressed.key === "Escape" && finish(false), { signal });
      if (event.target.matches(".grip")) event.preventDefault();
    }

    widening(event, id) {
      const start = this.layout.widthOf(id);
      const sign = getComputedStyle(this.head).direction === "rtl" ? -1 : 1;
      let wanted = start;
      let isDue = false;
      const show = () => {
        isDue = false;
        this.layout.resize(id, wanted);
      };
      return {
        move: ({ clientX }) => {
          wanted = start + sign * (clientX - event.clientX);
          if (!isDue) requestAnimationFrame(show);
          isDue = true;
        },
        end: (isDone) => {
          if (!isDone) wanted = start;
          if (wanted === start) return;
          show();
          this.layout.write();
        },
      };
    }

    moving(event, id) {
      const { element } = this.table;
      let target = null;
      const mark = (at) => {
        for (const head of this.head.rows[1].cells) head.classList.remove("drop-before", "drop-after", "moved");
        element.classList.toggle("moving", Boolean(at));
        if (at) this.headOf(id)?.classList.add("moved");
        if (at?.id && at.id !== id) this.headOf(at.id).classList.add(at.isBehind ? "drop-after" : "drop-before");
      };
      return {
        move: ({ clientX, clientY }) => {
          if (!this.hasMoved && Math.abs(clientX - event.clientX) < DRAG_PX) return;
          this.hasMoved = true;
          target = this.placeAt(clientX, clientY);
          mark(target || {});
        },
        end: (isDone) => {
          mark(null);
          if (this.hasMoved) setTimeout(() => (this.hasMoved = false));
          if (isDone && target && target.id !== id) this.drop(id, target);
        },
      };
    }

    headOf(id) {
      return this.table.grid.headOf(id);
    }

    /** The heading below the pointer, and which half of it. */
    placeAt(x, y) {
      const head = document.elementFromPoint(x, y)?.closest("th[data-column], td[aria-colindex]");
      const { columns } = this.table.grid;
      const id = head && columns[head.getAttribute("aria-colindex") - 2]?.id;
      if (!id) return null;
      const { left, width } = head.getBoundingClientRect();
      const isReversed = getComputedStyle(head).direction === "rtl";
      return { id, isBehind: x > left + width / 2 !== isReversed };
    }

    drop(id, { id: other, isBehind }) {
      const { order } = this.layout;
      const before = isBehind ? order.filter((one) => one !== id)[order.filter((one) => one !== id).indexOf(other) + 1] ?? null : other;
      this.layout.reorder(reporter.columnLayout.movedBefore(order, id, before));
    }

    /* The menu */

    openAt(event, target) {
      const column = this.columnOf(target);
      if (!column) return;
      this.stop(event, () => this.openFor(column));
    }

    /** @param {object} column */
    openFor(column) {
      this.close();
      this.column = column;
      this.menu = make("div.menu", { role: "menu", "aria-label": `Column ${column.label}`, "data-role": "column-menu" }, ...this.items(column));
      this.menu.addEventListener("keydown", (pressed) => this.pressInMenu(pressed));
      this.table.root.append(this.menu);
      this.put(this.headOf(column.id).getBoundingClientRect());
      this.menu.querySelector("[aria-checked=true], [role^=menuitem]").focus({ preventScroll: true });
    }

    /** Below the heading, inside the window. */
    put({ left, bottom }) {
      const { offsetWidth, offsetHeight, style } = this.menu;
      style.left = `${Math.max(8, Math.min(left, innerWidth - offsetWidth - 8))}px`;
      style.top = `${Math.max(8, Math.min(bottom, innerHeight - offsetHeight - 8))}px`;
    }

    close() {
      this.menu?.remove();
      this.menu = null;
    }

    pressInMenu(event) {
      const items = [...this.menu.querySelectorAll("[role^=menuitem]")];
      const at = items.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
      event.stopPropagation();
      if (to !== undefined) this.stop(event, () => items[to % items.length].focus());
      else if (event.key === "Escape" || event.key === "Tab") this.stop(event, () => this.leave(this.column.id));
    }

    leave(id) {
      this.close();
      this.focusHead(id);
    }

    /** @param {string} id  of the heading that has the focus after it */
    item(text, act, { role = "menuitem", checked, keys = "", id = this.column.id } = {}) {
      const made = make("button", { role, tabIndex: -1 }, text);
      if (checked !== undefined) made.setAttribute("aria-checked", checked);
      if (keys) made.append(make("kbd", { textContent: keys }));
      made.addEventListener("click", async () => {
        this.close();
        await act();
        this.focusHead(id);
      });
      return made;
    }

    items(column) {
      return [...this.orderItems(column), ...this.valueItems(column), ...this.lookItems(column), ...this.placeItems(column)];
    }

    orderItems({ id }) {
      const is = this.table.sortOf(id);
      const sort = (descending) => () => this.table.changeSort([{ id, descending }]);
      const { keys } = this.table.rows;
      const isFirst = !keys.length || (keys.length === 1 && keys[0].id === id);
      const others = keys.filter((key) => key.id !== id);
      const joining = () => this.table.changeSort([...others, { id, descending: false }]);
      return [
        this.item("Sort ascending", sort(false), { role: "menuitemradio", checked: is === "ascending" }),
        this.item("Sort descending", sort(true), { role: "menuitemradio", checked: is === "descending" }),
        ...(isFirst ? [] : [this.item(is === "none" ? "Sort by it too" : "Not in the order", is === "none" ? joining : () => this.table.changeSort(others))]),
      ];
    }

    valueItems(column) {
      const { table, layout } = this;
      if (column.group !== "Metrics" || !table.supply?.hasSeries(column.key)) return [];
      const values = valuesOf(column, table);
      const show = ([id, words]) =>
        this.item(words, () => id !== column.id && layout.replace(column.id, id), { role: "menuitemradio", checked: id === column.id, id });
      const unseen = values.find(([id]) => !table.shownIds.includes(id));
      const beside = unseen ? [this.item("Show another value beside", () => layout.insertBehind(column.id, unseen[0]), { id: unseen[0] })] : [];
      return [make("div", { role: "separator" }), make("div.label", { textContent: "Value" }), ...values.map(show), ...beside];
    }

    lookItems({ id, isNumeric }) {
      const { layout } = this;
      const check = (text, set) => this.item(text, () => layout.toggle(set, id), { role: "menuitemcheckbox", checked: set.has(id) });
      const shades = isNumeric ? [check("Shade by value", layout.shaded)] : [];
      return [make("div", { role: "separator" }), ...shades, ...this.groupItems(id), check("Keep beside the name", layout.fixed)];
    }

    groupItems(id) {
      const { grouping, columns } = this.table;
      if (!grouping || !reporter.Grouping.canBeKey(columns.get(id))) return [];
      const isKey = grouping.ids.includes(id);
      return [this.item("Group by it", () => grouping.toggleKey(id, !isKey), { role: "menuitemcheckbox", checked: isKey })];
    }

    placeItems({ id }) {
      const { layout, table } = this;
      return [
        this.item("Move back", () => layout.move(id, -1), { keys: "Ctrl ⇧ ←" }),
        this.item("Move on", () => layout.move(id, 1), { keys: "Ctrl ⇧ →" }),
        this.item("Narrower", () => layout.resizeBy(id, -WIDTH_STEP_PX), { keys: "⇧ ←" }),
        this.item("Wider", () => layout.resizeBy(id, WIDTH_STEP_PX), { keys: "⇧ →" }),
        this.item("Fit width", () => layout.fit(id)),
        make("div", { role: "separator" }),
        this.item("Hide column", () => layout.hide(id)),
        this.columnsItem(table),
      ];
    }

    columnsItem(table) {
      const made = make("button", { role: "menuitem", tabIndex: -1 }, "Choose columns…", make("kbd", { textContent: "E" }));
      made.addEventListener("click", () => {
        this.close();
        table.panel.open(true);
      });
      return made;
    }
  }

  reporter.tables.begun.then((table) => (table.menu = new ColumnMenu(table)));
})((globalThis.reporter = globalThis.reporter || {}));
