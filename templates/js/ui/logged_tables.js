/**
 * The same logged table of many runs, side by side: a line for each input, a column for each run, as
 * MLflow's evaluation view has it, in a page that needs no server.
 *
 *   reporter.loggedTables.mount(element, runs)   shows the tables that at least two of the runs logged
 *     runs  [{id, row, experiment, columns}], as reporter.comparison.findRuns returns them: the run's id,
 *           its ordinal, its experiment's id, and the columns of that experiment's table
 *     Call it again when the runs are others. It resolves to how many tables can be compared; where
 *     there are none, the element stays hidden.
 *
 * In the address: tbl (the table's path), tblby (columns that rows are matched by), tblshow (the column
 * that is compared), tblq (search), tbldiff (only rows in which runs differ), tblsort (a run's id or the
 * place of a key column, - before it for descending).
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { tableJoin, dataTable, view } = reporter;
  const { make } = reporter.elements;

  const PAGE_ROWS = 25;

  /** Columns of runs; more nobody reads, and each is a data file. */
  const MAX_RUNS = 24;

  const NAMES = ["tbl", "tblby", "tblshow", "tblq", "tbldiff", "tblsort"];

  const nameOf = ({ columns, row, id }) => reporter.withoutMarks(columns.get("attributes.run_name")?.text(row) || "") || id.slice(0, 8);

  /** Tables that at least two of these runs have: path to [{run, file}]. */
  async function find(runs) {
    const { experiments } = await reporter.catalog;
    const found = new Map();
    for (const id of new Set(runs.map(({ experiment }) => experiment))) {
      const entry = experiments.find((experiment) => experiment.id === id);
      const tables = entry?.logged ? await reporter.load(`data/${entry.logged}.js`, entry.logged) : [];
      const byRow = new Map(runs.filter(({ experiment }) => experiment === id).map((run) => [run.row, run]));
      for (const { path, runs: having } of tables) {
        const known = found.get(path) || [];
        for (const [row, file] of having) if (byRow.has(row)) known.push({ run: byRow.get(row), file });
        if (known.length) found.set(path, known);
      }
    }
    return new Map([...found].filter(([, known]) => known.length > 1));
  }

  class Comparison {
    constructor(root) {
      this.root = root;
      this.page = 0;
      this.path = "";
      this.build();
      view.subscribe((_, changed) => changed.some((name) => NAMES.includes(name)) && this.show());
    }

    build() {
      this.choose = make("select", { "aria-label": "Table", onchange: () => this.set({ tbl: this.choose.value, tblby: null, tblshow: null, tblsort: null }) });
      this.compared = make("select", { "aria-label": "Column to compare", onchange: () => this.set({ tblshow: this.compared.value }) });
      this.by = make("div.list", { role: "group", "aria-label": "Columns that rows are matched by" });
      this.byText = make("span.n");
      const menu = make("details.matching", {}, make("summary.btn", {}, "Match rows by ", this.byText), make("div.pop", {}, this.by));
      menu.onkeydown = (event) => event.key === "Escape" && ((menu.open = false), menu.firstChild.focus());
      this.find = make("input", { type: "search", placeholder: "Search rows", "aria-label": "Search the rows of all runs", autocomplete: "off", spellcheck: false, oninput: () => this.set({ tblq: this.find.value.trim() || null }) });
      this.onlyDiffering = make("button.btn", { textContent: "Only differing", "aria-pressed": "false", title: "Rows in which runs do not say the same", onclick: () => this.set({ tbldiff: view.get("tbldiff") ? null : "1" }) });
      this.count = make("span.muted.nowrap", { role: "status" });
      const label = (text, control) => make("label.row.muted", {}, text, control);
      const bar = make("div.toolbar", { role: "toolbar", "aria-label": "Tables of runs" }, label("Table", this.choose), label("Compare", this.compared), menu, make("div.q.find-chart", {}, make("div.box", {}, this.find)), this.onlyDiffering, make("span.spacer"), this.count);
      this.note = make("p.muted");
      this.table = make("table.cells.joined", { "data-role": "joined-table" }, make("thead"), make("tbody"));
      this.more = make("button.btn", { onclick: () => ((this.page += 1), this.draw()) });
      this.box = make("div.tw", {}, this.table);
      this.root.replaceChildren(bar, this.box, this.more, this.note);
      this.root.classList.add("logged-tables");
    }

    /** @param {object[]} runs */
    async mount(runs) {
      this.tables = await find(runs);
      this.root.hidden = !this.tables.size;
      if (this.tables.size) {
        const options = [...this.tables].map(([path, known]) => make("option", { value: path, textContent: `${path} (${known.length} runs)` }));
        this.choose.replaceChildren(...options);
        await this.show();
      }
      return this.tables.size;
    }

    set(changes) {
      this.page = 0;
      view.set(changes);
      this.show();
    }

    async show() {
      if (!this.tables?.size) return;
      const wanted = view.get("tbl");
      this.path = this.tables.has(wanted) ? wanted : this.tables.keys().next().value;
      const known = this.tables.get(this.path);
      this.having = known.slice(0, MAX_RUNS);
      const asked = (this.asked = {});
      const payloads = await Promise.all(this.having.map(({ file }) => reporter.load(`data/${file}.js`, file)));
      if (asked !== this.asked) return;
      this.sheets = payloads.map((payload) => new dataTable.Sheet(payload));
      const left = known.length - this.having.length;
      const cut = payloads.some((payload) => payload.rows === null || payload.rows > (payload.cells[0]?.length || 0));
      const base = `Shaded: not what ${nameOf(this.having[0].run)} has.`;
      this.note.textContent = [base, left ? `The first ${MAX_RUNS} of ${known.length} runs: select runs in the table to see others.` : "", cut ? "Some tables have more rows than a report holds; the rest is in the files." : ""].filter(Boolean).join(" ");
      this.readView();
      this.draw();
    }

    readView() {
      const names = tableJoin.sharedColumns(this.sheets);
      const suggested = tableJoin.suggest(this.sheets);
      const asked = view.get("tblby");
      const listed = Array.isArray(asked) ? asked.filter((name) => names.includes(name)) : null;
      this.keys = listed ?? suggested.by;
      this.shown = names.includes(view.get("tblshow")) ? view.get("tblshow") : suggested.show;
      this.choose.value = this.path;
      this.compared.replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
      this.compared.value = this.shown;
      this.byText.textContent = this.keys.length ? (this.keys.length > 2 ? `${this.keys.length} columns` : this.keys.join(", ")) : "row number";
      const boxes = names.map((name) => {
        const box = make("input", { type: "checkbox", checked: this.keys.includes(name), onchange: () => this.set({ tblby: names.filter((other) => (other === name ? box.checked : this.keys.includes(other))), tblsort: null }) });
        return make("label", {}, box, make("bdi", { textContent: name }));
      });
      if (boxes.length !== this.by.childElementCount || this.byPath !== this.path) this.by.replaceChildren(...boxes);
      else [...this.by.querySelectorAll("input")].forEach((box, place) => { box.checked = this.keys.includes(names[place]); box.onchange = boxes[place].querySelector("input").onchange; });
      this.byPath = this.path;
      if (document.activeElement !== this.find) this.find.value = view.get("tblq") || "";
      this.onlyDiffering.setAttribute("aria-pressed", String(Boolean(view.get("tbldiff"))));
    }

    /* What is seen */

    rows() {
      const joined = tableJoin.join(this.sheets, this.keys);
      const typed = (view.get("tblq") || "").toLowerCase();
      const says = (row, table) => tableJoin.shownText(this.sheets, row, table, this.shown);
      const holds = (row) => !typed || [...row.key, ...this.sheets.map((_, table) => says(row, table) ?? "")].some((text) => text.toLowerCase().includes(typed));
      const isWanted = (row) => holds(row) && (!view.get("tbldiff") || tableJoin.differs(this.sheets, row, this.shown));
      this.total = joined.length;
      return this.sorted(joined.filter(isWanted));
    }

    sorted(rows) {
      const asked = String(view.get("tblsort") || "");
      const descending = asked.startsWith("-");
      const what = descending ? asked.slice(1) : asked;
      const table = this.having.findIndex(({ run }) => what && run.id.startsWith(what));
      const key = table < 0 && /^\d$/.test(what) ? Number(what) : -1;
      if (table < 0 && key < 0) return rows;
      const texts = new Map(rows.map((row) => [row, table >= 0 ? tableJoin.shownText(this.sheets, row, table, this.shown) : row.key[key]]));
      const sheet = new dataTable.Sheet({ columns: [{ name: "", type: "float", numeric: rows.every((row) => !texts.get(row) || !Number.isNaN(dataTable.numberOf(texts.get(row)))) }], cells: [rows.map((row) => texts.get(row) || null)] });
      return dataTable.order(sheet, rows.map((_, place) => place), 0, descending).map((place) => rows[place]);
    }

    draw() {
      const rows = this.rows();
      const isDiffering = rows.map((row) => tableJoin.differs(this.sheets, row, this.shown));
      this.drawHead();
      const shown = rows.slice(0, (this.page + 1) * PAGE_ROWS);
      this.table.tBodies[0].replaceChildren(...shown.map((row) => this.drawRow(row)));
      const n = reporter.format.count;
      const part = rows.length === this.total ? "" : ` of ${n(this.total)}`;
      this.count.textContent = `${n(rows.length)}${part} rows, ${n(isDiffering.filter(Boolean).length)} differ`;
      const left = rows.length - shown.length;
      this.more.hidden = left <= 0;
      this.more.textContent = `Show ${Math.min(left, PAGE_ROWS)} more of ${n(left)}`;
    }

    heading(content, what, className = "") {
      const asked = String(view.get("tblsort") || "");
      const button = make("button", { onclick: () => this.set({ tblsort: asked === what ? `-${what}` : asked === `-${what}` ? null : what }) }, ...content);
      const th = make("th", { scope: "col", className }, button);
      if (asked.replace("-", "") === what) th.setAttribute("aria-sort", asked.startsWith("-") ? "descending" : "ascending");
      return th;
    }

    drawHead() {
      const keys = this.keys.length ? this.keys : ["row"];
      const place = this.sheets[0].place(this.shown);
      const isNumeric = place >= 0 && this.sheets[0].columns[place].numeric;
      const headings = keys.map((name, at) => this.heading([make("bdi", { textContent: name })], String(at), "key"));
      const means = this.sheets.map((sheet) => tableJoin.mean(sheet, this.shown));
      const decimals = reporter.format.columnDecimals(means);
      const runs = this.having.map(({ run }, at) => {
        const { color } = reporter.chartIdentity.lookAt(run.row);
        const swatch = make(`span.sw.k${color}`, { "aria-hidden": "true" });
        const th = this.heading([swatch, make("bdi", { textContent: nameOf(run) })], run.id.slice(0, 8), isNumeric ? "num" : "");
        th.dataset.runId = run.id;
        if (means[at] !== null) th.append(make("span.u", { textContent: `mean ${reporter.format.number(means[at], decimals)}` }));
        return th;
      });
      this.table.tHead.replaceChildren(make("tr", {}, ...headings, ...runs));
    }

    drawRow(row) {
      const [table, first] = row.first;
      const keys = this.keys.length
        ? this.keys.map((name) => reporter.makeDataCell(this.sheets[table], this.sheets[table].place(name), first))
        : [make("td", { className: "num", textContent: row.key[0] })];
      for (const cell of keys) cell.classList.add("key");
      const base = tableJoin.shownText(this.sheets, row, 0, this.shown);
      const cells = this.sheets.map((sheet, at) => {
        const places = row.rows[at];
        if (!places) return make("td.na", { textContent: "–", title: "This run has no such row" });
        const cell = reporter.makeDataCell(sheet, sheet.place(this.shown), places[0]);
        if (at && tableJoin.shownText(this.sheets, row, at, this.shown) !== base) cell.classList.add("differs");
        if (places.length > 1) cell.append(make("span.u", { textContent: ` +${places.length - 1}`, title: `${places.length} rows have this key; the first is shown` }));
        return cell;
      });
      return make("tr", {}, ...keys, ...cells);
    }
  }

  const mounted = new WeakMap();

  function mount(element, runs) {
    if (!mounted.has(element)) mounted.set(element, new Comparison(element));
    return mounted.get(element).mount(runs);
  }

  reporter.loggedTables = { mount };

  /* The experiment's page: the runs that are selected in the table, else all of them */

  const root = document.querySelector("[data-role=logged-tables][data-experiment]");
  if (!root) return;
  const panel = root.closest("[data-panel]");
  const figures = panel.querySelector("[data-role=figures]");

  async function runsOfTable() {
    const { experiments } = await reporter.catalog;
    const experiment = experiments.find(({ id }) => id === root.dataset.experiment);
    const columns = new reporter.Columns();
    const shards = await Promise.all(experiment.tables.map((file, k) => reporter.load(`data/${file}`, `runs/${experiment.id}/${k}`)));
    for (const shard of shards) columns.add(shard);
    const ids = columns.get("attributes.run_id");
    return Array.from({ length: columns.n }, (_, row) => ({ id: ids.text(row), row, experiment: experiment.id, columns }));
  }

  let all = null;

  function selected() {
    const chosen = [view.get("sel") || []].flat();
    const some = all.filter(({ id }) => chosen.some((prefix) => id.startsWith(prefix)));
    return some.length > 1 ? some : all;
  }

  /** Figures or tables: in the address as `look`. */
  function addSwitch() {
    const hasFigures = figures.querySelector("figure") !== null;
    const names = [["figures", "Figures"], ["tables", "Tables"]];
    const buttons = names.map(([name, text]) => make("button", { textContent: text, onclick: () => (view.set({ look: name === "figures" ? null : name }), look()) }));
    function look() {
      const showsTables = !hasFigures || view.get("look") === "tables";
      figures.hidden = showsTables;
      root.classList.toggle("put-away", !showsTables);
      buttons.forEach((button, place) => button.setAttribute("aria-pressed", String((place === 1) === showsTables)));
    }
    view.subscribe((_, changed) => changed.includes("look") && look());
    if (hasFigures) root.before(make("div.toolbar", {}, make("span.seg", { role: "group", "aria-label": "Figures or tables" }, ...buttons)));
    look();
  }

  async function start() {
    if (all || panel.hidden) return;
    all = await runsOfTable();
    await mount(root, selected());
    view.subscribe((_, changed) => changed.includes("sel") && mount(root, selected()));
  }

  const begin = () => start().catch((error) => reporter.announce(error.message));
  addSwitch();
  new MutationObserver(begin).observe(panel, { attributes: true, attributeFilter: ["hidden"] });
  begin();
})((globalThis.reporter = globalThis.reporter || {}));
