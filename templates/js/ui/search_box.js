/**
 * The search box of the runs table: text in, a predicate over rows out.
 *
 * While a text cannot be read, the last one that could stays in force and the error is shown with
 * its place.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** How long typing rests before the address follows: browsers limit how often it may change. */
  const REST_MS = 250;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  /** "10000" with its thousands set apart by the style sheet: the text stays a plain number. */
  function countElements(n) {
    const groups = String(n).replace(/\B(?=(\d{3})+$)/g, " ").split(" ");
    return groups.map((digits, i) => (i === 0 ? digits : element("span", "thousands", digits)));
  }

  /** The end of what was typed, with the part that cannot be read underlined. */
  function excerpt(text, position) {
    const shown = document.createElement("code");
    const from = Math.max(0, position - 30);
    shown.append((from > 0 ? "…" : "") + text.slice(from, position), element("span", "wavy", text.slice(position) || " "));
    return shown;
  }

  /** Patterns come with the later scripts: a link that asks for them is answered when they are here. */
  const NEEDS_PATTERNS = /like/i;

  class SearchBox {
    /**
     * @param {HTMLElement} root  the element with data-role=runs
     * @param {object} table
     * @param {() => object} table.columnsApi  what reporter.query.compile asks for
     * @param {(predicate: ((row: number) => boolean) | null) => void} table.onFilter
     * @param {() => void} table.onType  after each keystroke
     * @param {(text: string) => void} table.onRest  typing has paused
     */
    constructor(root, table) {
      const role = (name) => root.querySelector(`[data-role=${name}]`);
      this.table = table;
      this.input = role("query");
      this.count = role("row-count");
      this.error = role("query-error");
      /** The tree in force; null shows all rows. */
      this.tree = null;
      /** About keys that no column has. @type {{message: string}[]} */
      this.notes = [];
      this.restTimer = 0;
      this.input.addEventListener("input", () => this.type());
      role("clear-query").addEventListener("click", () => {
        this.set("");
        this.table.onType();
        this.table.onRest("");
        this.input.focus();
      });
    }

    get text() {
      return this.input.value;
    }

    type() {
      this.read();
      this.table.onType();
      clearTimeout(this.restTimer);
      this.restTimer = setTimeout(() => this.table.onRest(this.text), REST_MS);
    }

    /** Put a text into the box as if it had been typed. */
    put(text) {
      this.input.value = text;
      this.input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }

    /** Put a text into the box that the address says. */
    set(text) {
      if (this.input.value !== text) this.input.value = text;
      this.read();
    }

    read() {
      const text = this.text;
      this.isEarly = NEEDS_PATTERNS.test(text) && !reporter.pattern;
      if (this.isEarly) return;
      const nothing = { ok: true, tree: null, notes: [] };
      const result = text.trim() === "" ? nothing : reporter.query.parse(text, this.table.columnsApi());
      if (result.ok) {
        this.tree = result.tree;
        this.notes = result.notes;
      }
      this.showError(text, result.error);
      this.apply();
    }

    /** Ask again: columns have arrived since. */
    apply() {
      this.table.onFilter(this.tree && reporter.query.compile(this.tree, this.table.columnsApi()));
    }

    showError(text, error) {
      /** What is wrong with the text, if anything is. */
      this.wrong = error;
      this.input.setAttribute("aria-invalid", error !== undefined);
      this.error.hidden = error === undefined;
      if (error === undefined) return void this.error.replaceChildren();
      const end = /[.!?]$/.test(error.message) ? "" : ".";
      const kept = this.tree ? " Showing the last filter that worked." : "";
      this.error.replaceChildren(`${error.message}${end}${kept} `, excerpt(text, error.position));
    }

    /** @param {number} shown @param {number} all @param {(string | Node)[]} [aside] */
    showCount(shown, all, aside = []) {
      this.count.replaceChildren(...countElements(shown), " of ", ...countElements(all), ` run${all === 1 ? "" : "s"}`, ...aside);
    }
  }

  reporter.SearchBox = SearchBox;
})((globalThis.reporter = globalThis.reporter || {}));
