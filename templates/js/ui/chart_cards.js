/**
 * Where the cards of the charts tab stand: pinned on top and above the table, moved by hand or by keys,
 * wide, empty ones away.
 *
 * In the address: `pinned`, `order` and `wide` are lists of metrics, `empty` is "hidden".
 *
 *   reporter.chartCards.buttons(figure)   the buttons that a card has for it
 *   reporter.chartCards.widened(figure)   after a card was made wide or was made small again
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { cardOrder } = reporter;
  const { make } = reporter.elements;

  const NAMES = ["tab", "pinned", "order", "wide", "empty"];
  const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };

  /** Near its edges a page scrolls under what is dragged. */
  const EDGE_PX = 60;
  const SCROLL_PX = 14;

  const metricOf = (figure) => figure.dataset.metric;
  const said = (name) => reporter.view.get(name) || [];
  const orNull = (list) => (list.length ? list : null);

  /** The cards of one section, in the page's order. */
  class Section {
    constructor(element) {
      this.element = element;
      this.cards = element.querySelector(".cards");
      this.own = [...this.cards.children];
    }

    get names() {
      return this.own.map(metricOf);
    }
  }

  class ChartCards {
    /** @param {HTMLElement} panel  the charts tab */
    constructor(panel) {
      this.panel = panel;
      this.sections = [...panel.querySelectorAll(".charts-section")].map((element) => new Section(element));
      this.pinned = this.makePinned();
      this.runs = document.querySelector("[data-panel=runs] > [data-role=runs]");
      this.figures = new Map(this.sections.flatMap(({ own }) => own.map((figure) => [metricOf(figure), figure])));
      reporter.view.subscribe((_, names) => names.some((name) => NAMES.includes(name)) && this.show());
      this.show();
    }

    makePinned() {
      const cards = make("div.cards");
      const element = make("section.charts-section", { hidden: true, "data-role": "pinned-charts" }, make("div.sect-h", {}, make("h3", { textContent: "Pinned" })), cards);
      this.sections[0].element.before(element);
      return { element, cards };
    }

    /* From the address to the page */

    show() {
      const pinned = said("pinned").filter((name) => this.figures.has(name));
      this.place(this.pinned.cards, pinned);
      this.pinned.element.hidden = pinned.length === 0;
      this.hostPinned();
      for (const { cards, names } of this.sections) this.place(cards, cardOrder.ordered(names, said("order")).filter((name) => !pinned.includes(name)));
      const wide = new Set(said("wide"));
      for (const [name, figure] of this.figures) {
        figure.classList.toggle("wide", wide.has(name));
        figure.querySelector("[data-act=enlarge]")?.setAttribute("aria-pressed", String(wide.has(name)));
        figure.querySelector("[data-act=pin]")?.setAttribute("aria-pressed", String(pinned.includes(name)));
      }
      this.hideEmpty();
    }

    /** Above the table as well, where rows and lines are seen side by side. */
    hostPinned() {
      const below = this.runs && !this.runs.closest("[data-panel]").hidden ? this.runs : this.sections[0].element;
      if (this.pinned.element.nextElementSibling !== below) below.before(this.pinned.element);
    }

    /** Only what stands elsewhere is moved: a card that is moved loses its focus. */
    place(cards, names) {
      names.forEach((name, i) => {
        const figure = this.figures.get(name);
        if (cards.children[i] !== figure) cards.insertBefore(figure, cards.children[i] || null);
      });
    }

    /* Buttons of a card */

    buttons(figure) {
      if (this.figures.get(metricOf(figure)) !== figure) return {};
      return {
        pin: { label: "Pin on top, here and above the table", isPressed: said("pinned").includes(metricOf(figure)), act: () => this.pin(figure) },
        move: { label: "Move: drag, or arrow keys", ready: (button) => this.makeMovable(button, figure) },
      };
    }

    pin(figure) {
      const name = metricOf(figure);
      const others = said("pinned").filter((one) => one !== name);
      const isPinned = others.length === said("pinned").length;
      const top = figure.getBoundingClientRect().top;
      reporter.view.set({ pinned: orNull(isPinned ? [...others, name] : others) });
      reporter.announce(`${name} ${isPinned ? "pinned on top" : "back in its section"}`);
      scrollBy(0, figure.getBoundingClientRect().top - top);
      figure.querySelector("[data-act=pin]").focus({ preventScroll: true });
    }

    widened(figure) {
      const name = metricOf(figure);
      if (this.figures.get(name) !== figure) return;
      const others = said("wide").filter((one) => one !== name);
      reporter.view.set({ wide: orNull(figure.classList.contains("wide") ? [...others, name] : others) });
    }

    /* Moving */

    makeMovable(button, figure) {
      button.classList.add("move");
      button.addEventListener("keydown", (event) => {
        if (!(event.key in STEPS)) return;
        event.preventDefault();
        this.step(figure, STEPS[event.key]);
        button.focus();
      });
      button.addEventListener("pointerdown", (event) => this.drag(event, button, figure));
    }

    /** Names in the order in which they stand beside a card. */
    beside(figure) {
      return [...figure.parentElement.children].map(metricOf);
    }

    step(figure, by) {
      const names = this.beside(figure);
      const place = Math.max(0, Math.min(names.indexOf(metricOf(figure)) + by, names.length - 1));
      this.moveTo(figure, place);
      reporter.announce(`${metricOf(figure)}, place ${place + 1} of ${names.length}`);
    }

    moveTo(figure, place) {
      this.write(figure.parentElement, cardOrder.moved(this.beside(figure), metricOf(figure), place));
    }

    /** What stands in a container becomes the address, and the address the page. */
    write(cards, names) {
      if (cards === this.pinned.cards) return reporter.view.set({ pinned: names });
      const pinned = new Set(said("pinned"));
      const order = this.sections.flatMap((section) => {
        const now = section.cards === cards ? names : cardOrder.ordered(section.names, said("order")).filter((name) => !pinned.has(name));
        return cardOrder.said(section.names.filter((name) => !pinned.has(name)), now);
      });
      return reporter.view.set({ order: orNull(order) });
    }

    drag(event, button, figure) {
      if (event.button !== 0) return;
      event.preventDefault();
      button.focus();
      figure.classList.add("dragged");
      const done = new AbortController();
      /* On the window: an element that is moved in the page loses the pointer it has captured. */
      const on = (type, act) => addEventListener(type, act, { signal: done.signal });
      const end = (isKept) => {
        done.abort();
        figure.classList.remove("dragged");
        if (isKept) this.write(figure.parentElement, this.beside(figure));
        else this.show();
        button.focus();
      };
      on("pointermove", ({ clientX, clientY }) => this.dragOver(figure, clientX, clientY));
      on("pointerup", () => end(true));
      on("pointercancel", () => end(false));
      on("keydown", ({ key }) => key === "Escape" && end(false));
    }

    /** The card goes where the pointer is, among those beside it. */
    dragOver(figure, x, y) {
      if (y < EDGE_PX) scrollBy(0, -SCROLL_PX);
      if (y > innerHeight - EDGE_PX) scrollBy(0, SCROLL_PX);
      const over = document.elementsFromPoint(x, y).map((element) => element.closest("[data-role=chart]")).find((card) => card && card !== figure);
      if (!over || over.parentElement !== figure.parentElement) return;
      const isAfter = Boolean(figure.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING);
      over[isAfter ? "after" : "before"](figure);
    }

    /* Empty ones */

    /** Charts of metrics that no run which is shown has logged. */
    hideEmpty() {
      const isHidden = reporter.view.get("empty") === "hidden";
      this.panel.classList.toggle("hide-empty", isHidden);
      let count = 0;
      for (const [name, figure] of isHidden ? this.figures : []) {
        const isEmpty = this.isEmpty(name);
        figure.toggleAttribute("data-empty", isEmpty);
        if (isEmpty) count += 1;
      }
      for (const listener of this.listeners || []) listener(isHidden, count);
    }

    isEmpty(name) {
      const column = this.table?.columns.get(`metrics.${name}`);
      if (!column) return false;
      const rows = reporter.visibleRuns?.(this.table.experiment);
      return rows ? !Array.from(rows).some((row) => column.has(row)) : column.length === 0;
    }

    /** @param {object} table  see runs_table.js @param {(isHidden: boolean, count: number) => void} listener */
    follow(table, listener) {
      this.table = table;
      this.listeners = [listener];
      document.addEventListener("reporter:rows", () => this.hideEmpty());
      table.completed.then(() => this.hideEmpty());
      this.hideEmpty();
    }
  }

  reporter.whenReady(() => {
    const toolbar = document.querySelector("[data-role=charts-toolbar]");
    const panel = toolbar?.parentElement;
    if (panel?.querySelector(".charts-section")) reporter.chartCards = new ChartCards(panel);
  });
})((globalThis.reporter = globalThis.reporter || {}));
