/**
 * Tables that were logged: sorted by a click on a heading, searched, and turned page by page in both
 * directions. A table that fits into its page is read from there; a larger one comes as a data file
 * when somebody first does something with it.
 *
 *   reporter.makeDataCell(sheet, column, row)   one cell, for other tables of the same look
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { Sheet, search, order, toCsv } = reporter.dataTable;
  const { make } = reporter.elements;
  const PAGE_ROWS = 25;
  const PAGE_COLUMNS = 30;

  /** Longer texts are cut until they are asked for. */
  const CUT_CHARS = 200;

  function makePicture({ src, full }) {
    const image = make("img", { src: reporter.files.url(src), alt: "", loading: "lazy", decoding: "async" });
    const link = make("a", { className: "picture", href: reporter.files.url(full) }, image);
    link.dataset.role = "enlarge";
    return link;
  }

  function makeDataCell(sheet, column, row) {
    const { picture, text, exact, isMissing } = sheet.read(column, row);
    const cell = make("td", { className: sheet.columns[column].numeric ? "num" : "" });
    if (isMissing) cell.classList.add("na");
    if (picture) {
      cell.classList.add("shot");
      cell.append(makePicture(picture));
      return cell;
    }
    const isLong = text.length > CUT_CHARS;
    cell.append(make("bdi", { textContent: isLong ? `${text.slice(0, CUT_CHARS)}…` : text }));
    if (exact) cell.title = exact;
    else if (text.length > 40) cell.title = text.slice(0, 1000);
    if (isLong) cell.dataset.whole = text;
    return cell;
  }

  /* A column's figures, as templates/fragments/table.html.j2 prints them */

  function makeSummary({ n, path, min, max, median, top = [], distinct, missing, nan } = {}) {
    const number = reporter.format.number;
    const parts = [];
    if (path) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const bars = document.createElementNS("http://www.w3.org/2000/svg", "path");
      svg.setAttribute("viewBox", "0 0 60 16");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("aria-hidden", "true");
      bars.setAttribute("d", path);
      svg.append(bars);
      parts.push(svg);
    }
    const say = (textContent, title = "", className = "") => parts.push(make("span", { textContent, title, className }));
    const isNumeric = median !== undefined;
    if (isNumeric) {
      say(`${number(min)} … ${number(max)}`, `${min} to ${max}`);
      say(`median ${number(median)}`, String(median));
    }
    for (const [text, rows] of top) say(`${text} ${number(rows)}`, `${text}: ${rows} rows`, "ell");
    if (distinct && !isNumeric) say(`${distinct === n - (missing || 0) ? "all" : number(distinct)} different`);
    if (missing) say(`${number(missing)} missing`, "", "warn");
    if (nan) say(`${number(nan)} NaN`, "", "warn");
    return parts;
  }

  /* What a page shows of a small table */

  function readCell(cell) {
    if (cell.classList.contains("na")) return null;
    const picture = cell.querySelector("a.picture");
    if (picture) return { src: picture.querySelector("img").getAttribute("src"), full: picture.getAttribute("href"), isHere: true };
    return cell.title && cell.classList.contains("num") ? cell.title : cell.textContent;
  }

  function readPage(table) {
    const headings = [...table.tHead.rows[0].cells];
    const columns = headings.map((th) => ({ name: th.querySelector("bdi").textContent, type: th.dataset.type, numeric: th.classList.contains("num") }));
    const rows = [...table.tBodies[0].rows];
    return new Sheet({ columns, cells: columns.map((_, at) => rows.map((row) => readCell(row.cells[at]))) });
  }

  class DataTable {
    constructor(element) {
      this.element = element;
      this.table = element.querySelector("table");
      this.isInPage = !element.dataset.cells;
      this.n = Number(element.dataset.rows);
      this.nColumns = Number(element.dataset.columns);
      Object.assign(this, { page: 0, columnPage: 0, typed: "", sorted: -1, isDescending: false });
      /** Rows of the page, kept where the page is the whole table: they are put in order, not made anew. */
      this.kept = this.isInPage ? [...this.table.tBodies[0].rows] : null;
      this.addTools();
      this.addSorting();
      this.table.addEventListener("click", (event) => this.unfold(event));
    }

    async sheetOf() {
      this.sheet ??= this.isInPage ? readPage(this.table) : new Sheet(await reporter.load(this.element.dataset.cells, this.element.dataset.cellsName));
      return this.sheet;
    }

    addTools() {
      this.find = make("input", { type: "search", placeholder: "Search rows", title: 'Words, "a phrase", column:word or column>0.5', autocomplete: "off", spellcheck: false, oninput: () => this.change({ typed: this.find.value, page: 0 }) });
      this.find.setAttribute("aria-label", "Search the rows of this table: words, column:word or column>0.5");
      this.count = make("span", { className: "muted nowrap" });
      this.count.setAttribute("role", "status");
      this.rowPager = this.makePager("rows", (by) => this.change({ page: this.page + by }));
      this.columnPager = this.makePager("columns", (by) => this.change({ columnPage: this.columnPage + by }));
      const box = make("div", { className: "q find-chart" }, make("div", { className: "box" }, this.find));
      const save = make("button", { className: "btn plain", textContent: "Save CSV", title: "The rows that are shown, in their order; formulas are defused", onclick: () => this.save() });
      const bar = make("div", { className: "toolbar noprint" }, box, this.count, make("span", { className: "spacer" }), save, this.rowPager.element);
      if (this.nColumns > PAGE_COLUMNS) bar.append(this.makeColumnFinder(), this.columnPager.element);
      this.element.querySelector("[data-role=table-note]").after(bar);
      this.tellPages(this.n);
    }

    makePager(what, turn) {
      const button = (text, label, by) => make("button", { className: "icon", textContent: text, title: label, ariaLabel: label, onclick: () => turn(by) });
      const previous = button("‹", `Previous ${what}`, -1);
      const next = button("›", `Next ${what}`, 1);
      const text = make("span", { className: "muted num nowrap" });
      return { element: make("span", { className: "pager" }, previous, text, next), previous, next, text };
    }

    makeColumnFinder() {
      const id = `columns-${(this.element.dataset.cellsName || "")}`;
      const list = make("datalist", { id });
      const input = make("input", { type: "search", placeholder: "Find a column", autocomplete: "off" });
      input.setAttribute("aria-label", "Find a column of this table");
      input.setAttribute("list", id);
      input.onfocus = async () => {
        const { columns } = await this.sheetOf();
        if (!list.childElementCount) list.append(...columns.slice(0, 2000).map(({ name }) => make("option", { value: name })));
      };
      input.onchange = async () => {
        const { columns } = await this.sheetOf();
        const wanted = input.value.toLowerCase();
        const exact = columns.findIndex(({ name }) => name.toLowerCase() === wanted);
        const place = exact >= 0 ? exact : columns.findIndex(({ name }) => name.toLowerCase().includes(wanted));
        if (wanted && place < 0) reporter.announce(`No column is called ${input.value}.`);
        else if (wanted) await this.change({ columnPage: Math.floor(place / PAGE_COLUMNS) });
        if (wanted && place >= 0) this.table.tHead.rows[0].cells[place % PAGE_COLUMNS]?.scrollIntoView({ block: "nearest", inline: "center" });
      };
      return make("div", { className: "q find-chart" }, make("div", { className: "box" }, input, list));
    }

    addSorting() {
      if (this.n < 2) return;
      [...this.table.tHead.rows[0].cells].forEach((th, at) => this.makeSortable(th, at));
    }

    makeSortable(th, at) {
      const column = this.columnPage * PAGE_COLUMNS + at;
      const button = make("button", {}, ...th.childNodes);
      button.onclick = () => this.sortBy(column);
      th.replaceChildren(button);
      const isSorted = column === this.sorted;
      if (isSorted) th.setAttribute("aria-sort", this.isDescending ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }

    /** Up, down, and as it was logged. */
    sortBy(column) {
      if (this.sorted !== column) return this.change({ sorted: column, isDescending: false, page: 0 });
      if (!this.isDescending) return this.change({ isDescending: true, page: 0 });
      return this.change({ sorted: -1, isDescending: false, page: 0 });
    }

    async change(values) {
      Object.assign(this, values);
      try {
        await this.sheetOf();
      } catch (error) {
        return reporter.announce(error.message);
      }
      const all = search(this.sheet, this.typed);
      this.rows = this.sorted < 0 ? all : order(this.sheet, all, this.sorted, this.isDescending);
      this.page = Math.max(0, Math.min(this.page, Math.ceil(this.rows.length / PAGE_ROWS) - 1));
      this.columnPage = Math.max(0, Math.min(this.columnPage, Math.ceil(this.nColumns / PAGE_COLUMNS) - 1));
      this.draw();
      return undefined;
    }

    draw() {
      const from = this.columnPage * PAGE_COLUMNS;
      const places = this.sheet.columns.slice(from, from + PAGE_COLUMNS).map((_, at) => from + at);
      if (this.kept) this.markSorted();
      else this.drawHead(places);
      const shown = this.rows.slice(this.page * PAGE_ROWS, (this.page + 1) * PAGE_ROWS);
      const rows = shown.map((row) => this.kept?.[row] || make("tr", {}, ...places.map((place) => makeDataCell(this.sheet, place, row))));
      this.table.tBodies[0].replaceChildren(...rows);
      this.tellPages(this.rows.length);
      const isSearching = this.typed.trim() !== "";
      this.count.textContent = isSearching ? `${reporter.format.count(this.rows.length)} of ${reporter.format.count(this.n)} rows` : "";
    }

    markSorted() {
      [...this.table.tHead.rows[0].cells].forEach((th, at) => {
        if (at === this.sorted) th.setAttribute("aria-sort", this.isDescending ? "descending" : "ascending");
        else th.removeAttribute("aria-sort");
      });
    }

    drawHead(places) {
      const hadFocus = [...this.table.tHead.querySelectorAll("button")].indexOf(document.activeElement);
      const headings = places.map((place) => {
        const { name, type, numeric } = this.sheet.columns[place];
        const th = make("th", { scope: "col", className: numeric ? "num" : "" }, make("bdi", { textContent: name }), " ", make("span", { className: "u", textContent: type }));
        return th;
      });
      this.table.tHead.rows[0].replaceChildren(...headings);
      headings.forEach((th, at) => this.makeSortable(th, at));
      const summaries = this.table.tHead.rows[1];
      summaries?.replaceChildren(...places.map((place) => make("td", { className: this.sheet.columns[place].numeric ? "num" : "" }, ...makeSummary(this.sheet.columns[place].summary))));
      if (hadFocus >= 0) this.table.tHead.querySelectorAll("button")[hadFocus]?.focus();
    }

    tellPages(n) {
      const tell = ({ element, text, previous, next }, page, size, total, word) => {
        element.hidden = total <= size;
        const last = Math.min((page + 1) * size, total);
        text.textContent = `${word} ${reporter.format.count(page * size + 1)}–${reporter.format.count(last)} of ${reporter.format.count(total)}`;
        previous.disabled = page === 0;
        next.disabled = last === total;
      };
      tell(this.rowPager, this.page, PAGE_ROWS, n, "Rows");
      tell(this.columnPager, this.columnPage, PAGE_COLUMNS, this.nColumns, "columns");
    }

    /** Rows as they are found and ordered; the file itself is a link beside the name. */
    async save() {
      await this.change({});
      const path = this.element.closest(".preview")?.querySelector("header bdi")?.textContent || "table";
      const name = path.split("/").pop().replace(/\.\w+$/, "");
      const link = make("a", { href: URL.createObjectURL(new Blob([toCsv(this.sheet, this.rows)], { type: "text/csv" })), download: `${name}-shown.csv` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }

    /** A long text opens at a click. */
    unfold(event) {
      const cell = event.target.closest("tbody td");
      if (!cell || getSelection().toString()) return;
      if (cell.dataset.whole) {
        cell.querySelector("bdi").textContent = cell.dataset.whole;
        delete cell.dataset.whole;
      }
      if (cell.classList.contains("open") || cell.scrollWidth > cell.clientWidth || cell.textContent.length > CUT_CHARS) cell.classList.toggle("open");
    }
  }

  Object.assign(reporter, { makeDataCell, makeDataSummary: makeSummary });

  /* A table is made ready when it is first seen: a run may have left hundreds. */

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      new DataTable(target);
    }
  });

  reporter.onAdded((root) => {
    for (const element of root.querySelectorAll("[data-role=data-table]")) if (element.querySelector("table")) observer.observe(element);
  });
})((globalThis.reporter = globalThis.reporter || {}));
