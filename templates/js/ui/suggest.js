/**
 * What may follow in the search box, as a list below it; and a hint when a key is no column's.
 *
 * The box is a combobox: arrows move through the list without leaving the text, Enter and Tab take
 * what is marked, Esc closes. Nothing is marked until an arrow is pressed, so that Enter and Tab stay
 * what they are for those who type on. What is offered is decided by lib/complete.js.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make } = reporter.elements;

  const MOST_SHOWN = 12;

  class Suggestions {
    /** @param {object} table  see runs_table.js */
    constructor(table) {
      this.table = table;
      this.search = table.search;
      this.input = table.search.input;
      this.marked = -1;
      this.offers = [];
      this.list = make("ul.suggestions", { id: "query-suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
      this.noMatch = make("span.fixes");
      table.role("clear-query").after(" ", this.noMatch);
      this.hint = make("p.hint", { role: "status", hidden: true });
      this.input.closest(".box").after(this.list, this.hint);
      const says = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
      for (const [name, value] of Object.entries(says)) this.input.setAttribute(name, value);
      this.listen();
      this.showHint();
    }

    listen() {
      this.input.addEventListener("input", () => this.schedule());
      this.input.addEventListener("keydown", (event) => this.press(event));
      this.input.addEventListener("blur", () => this.close());
      // The box must keep its focus while an offer is clicked.
      this.list.addEventListener("pointerdown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.take(Number(option.dataset.place));
      });
    }

    /** After the rows are painted: they are what was asked for. */
    schedule() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.showHint();
        this.offer(this.input.value.trim() !== "");
      });
    }

    offer(isWanted) {
      const { value, selectionStart, selectionEnd } = this.input;
      const isAsked = isWanted && selectionStart === selectionEnd && document.activeElement === this.input;
      this.offers = isAsked ? reporter.query.complete(value, selectionStart, this.table.columns.queryApi()).slice(0, MOST_SHOWN) : [];
      this.mark(-1);
      this.draw();
    }

    draw() {
      this.list.replaceChildren(...this.offers.map((offer, place) => this.option(offer, place)));
      this.list.hidden = this.offers.length === 0;
      this.input.setAttribute("aria-expanded", !this.list.hidden);
    }

    option({ insert, detail }, place) {
      const option = make("li", { id: `suggestion-${place}`, role: "option", "aria-selected": "false", "data-place": place });
      option.append(make("code.ell", { textContent: insert, dir: "auto" }));
      if (detail) option.append(make("span.muted", { textContent: detail }));
      return option;
    }

    mark(place) {
      this.list.children[this.marked]?.setAttribute("aria-selected", false);
      this.marked = place;
      const option = this.list.children[place];
      option?.setAttribute("aria-selected", true);
      option?.scrollIntoView({ block: "nearest" });
      if (option) this.input.setAttribute("aria-activedescendant", option.id);
      else this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      this.offers = [];
      this.mark(-1);
      this.draw();
    }

    press(event) {
      if (event.isComposing) return;
      const isOpen = !this.list.hidden;
      const count = this.offers.length;
      if (event.key === "ArrowDown" || (event.key === " " && event.ctrlKey)) {
        if (!isOpen) this.offer(true);
        else this.mark((this.marked + 1) % count);
      } else if (event.key === "ArrowUp" && isOpen) this.mark(this.marked <= 0 ? count - 1 : this.marked - 1);
      else if ((event.key === "Enter" || event.key === "Tab") && isOpen && this.marked >= 0) this.take(this.marked);
      else if (event.key === "Escape" && isOpen) this.close();
      else if (event.key === "Enter") return this.close();
      else return;
      event.preventDefault();
    }

    /** Put an offer into the text; what may follow it is offered next. */
    take(place) {
      const { insert, from, to } = this.offers[place];
      const { value } = this.input;
      const rest = value.slice(to);
      const gap = /[(:.]$/.test(insert) || /^[\s),]/.test(rest) ? "" : " ";
      this.input.setRangeText(`${insert}${gap}`, from, to, "end");
      this.input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }

    showHint() {
      const { text, notes, wrong } = this.search;
      const said = wrong ? [] : notes;
      this.hint.hidden = said.length === 0;
      this.hint.replaceChildren(...said.flatMap((note) => [note.message, " ", ...this.fix(text, note)]));
      if (wrong) this.search.error.append(" ", ...this.fix(text, wrong));
      this.noMatch.replaceChildren(...said.flatMap((note) => this.fix(text, note)));
    }

    /** A button that puts what was meant in place of what was typed, if that is known. */
    fix(text, said) {
      const found = reporter.query.correction(text, said);
      if (!found) return [];
      const act = () => {
        this.search.put(text.slice(0, found.from) + found.insert + text.slice(found.to));
        this.input.focus();
      };
      return [make("button.link", { textContent: `Use ${found.insert}`, dir: "auto", onclick: act }), " "];
    }

    readView(names = ["q"]) {
      if (names.includes("q")) this.showHint();
    }
  }

  reporter.tables.begun.then((table) => table.join(new Suggestions(table)));
})((globalThis.reporter = globalThis.reporter || {}));
