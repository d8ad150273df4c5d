/**
 * Panels beside the table, made when they are first opened: one at a time, Esc closes, the focus goes
 * in and comes back.
 *
 * On narrow screens they lie over the table. What stands in them is the business of who makes them.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make, iconButton } = reporter.elements;

  class SidePanel {
    /**
     * @param {HTMLElement} split  the element with data-role=split
     * @param {object} options
     * @param {string} options.name  of the panel: its data-role, and its id
     * @param {string} options.title
     * @param {HTMLElement} [options.button]  that opens and closes it
     * @param {(isOpen: boolean) => void} [options.onToggle]
     * @param {() => HTMLElement} [options.firstStop]  what gets the focus when it is opened
     */
    constructor(split, { name, title, button = null, onToggle = () => undefined, firstStop = () => this.usualStop() }) {
      Object.assign(this, { split, button, onToggle, firstStop });
      this.heading = make("h3", { textContent: title, dir: "auto" });
      const close = iconButton("close", "Close (Esc)", { "aria-label": "Close", onclick: () => this.open(false) });
      this.head = make("div.ph", {}, this.heading, make("span.spacer"), close);
      this.body = make("div.pb");
      this.closer = close;
      this.element = make("aside.panel.colman", { id: `panel-${name}`, hidden: true, "aria-label": title, "data-role": name }, this.head, this.body);
      this.element.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.open(false);
      });
      split.append(this.element);
      split.addEventListener("reporter:panel", (event) => event.target !== this.element && this.isOpen && this.hide());
      button?.setAttribute("aria-controls", this.element.id);
      button?.addEventListener("click", () => this.open(!this.isOpen));
    }

    get isOpen() {
      return !this.element.hidden;
    }

    hide() {
      this.element.hidden = true;
      this.button?.setAttribute("aria-pressed", false);
      this.onToggle(false);
    }

    /** @param {boolean} isOpen @param {{takesFocus?: boolean}} [how] */
    open(isOpen, { takesFocus = true } = {}) {
      if (!isOpen) {
        const hadFocus = this.element.contains(document.activeElement);
        this.hide();
        this.split.classList.remove("open");
        const isGone = !this.returnTo?.isConnected || this.returnTo === document.body;
        if (hadFocus) (isGone ? this.button : this.returnTo)?.focus();
        return;
      }
      if (!this.element.contains(document.activeElement)) this.returnTo = document.activeElement;
      this.element.hidden = false;
      this.split.classList.add("open");
      this.button?.setAttribute("aria-pressed", true);
      this.element.dispatchEvent(new CustomEvent("reporter:panel", { bubbles: true }));
      this.onToggle(true);
      if (takesFocus) this.stop().focus();
    }

    usualStop() {
      return this.body.querySelector("input:checked") ?? this.body.querySelector("input, select, button") ?? this.closer;
    }

    /** On touch a field in focus would cover half the panel with a keyboard. */
    stop() {
      const first = this.firstStop();
      return first.type === "search" && matchMedia("(pointer: coarse)").matches ? this.closer : first;
    }
  }

  reporter.SidePanel = SidePanel;
})((globalThis.reporter = globalThis.reporter || {}));
