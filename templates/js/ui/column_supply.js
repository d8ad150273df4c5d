/**
 * Brings columns of metrics that the table's own files do not hold, when somebody asks for them:
 * aggregates from files of their own, and what is made from histories (lib/derived.js).
 *
 * Whoever asks (the address, a filter, an order, the menu of a heading) asks
 * `columns.get(id)`, and is drawn again when the column has come.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { derived, series } = reporter;

  /** Files of histories that are read at once. */
  const AT_ONCE = 8;

  class ColumnSupply {
    /** @param {object} table  see runs_table.js @param {object[]} experiments  of the catalog, whose runs the table has, in its order */
    constructor(table, experiments) {
      Object.assign(this, { table, experiments, columns: table.columns, loads: new Map() });
      this.busy = 0;
      this.columns.onAsked = (id) => this.bring(id);
      for (const id of this.columns.asked) this.bring(id);
    }

    /** Said beside the count of rows. */
    aside() {
      return this.busy ? "reading columns" : this.lostText();
    }

    /** Columns of a link that this report does not have are told, not passed over. */
    lostText() {
      const { table, columns } = this;
      if (!table.isComplete) return "";
      if (this.looked !== table.shownIds) this.lost = table.shownIds.filter((id) => !columns.get(id));
      this.looked = this.busy ? null : table.shownIds; // asking may have begun to bring them
      if (this.busy || !this.lost.length) return "";
      const text = `${reporter.format.count(this.lost.length)} column${this.lost.length === 1 ? "" : "s"} of this link not found`;
      return reporter.elements.make("span", { title: this.lost.join(", "), textContent: text });
    }

    /** Whether a metric has a history, and with it more than its last value. */
    hasSeries(key) {
      return this.experiments.some(({ series: histories }) => histories[key]);
    }

    bring(id) {
      this.busy++;
      this.make(id)
        .catch((error) => reporter.announce(error.message))
        .then(() => --this.busy === 0 && this.arrived());
    }

    /** Older links name aggregates in another way, which from here on is forgotten. */
    async arrived() {
      const { table, columns } = this;
      await table.completed;
      const meant = (id) => columns.get(id)?.id ?? id;
      table.shownIds = table.shownIds.map(meant);
      table.rows.keys = table.rows.keys.map((key) => ({ ...key, id: meant(key.id) }));
      table.arrived();
    }

    /** Once a column, however many ask. */
    make(id) {
      const wish = derived.parse(id);
      if (!wish || this.columns.byId.has(id)) return Promise.resolve();
      if (!this.loads.has(id)) this.loads.set(id, this.makers[wish.what](id, wish));
      return this.loads.get(id);
    }

    makers = {
      aggregate: (_, { key }) => this.loadAggregates(key),
      spark: (id, { key }) => this.makeSpark(id, key),
      last: (id, { key, count }) => this.makeFrom(id, key, (one) => derived.meanOfLast(one, count)),
      at: (id, { key, other, step }) => this.makeAt(id, key, other, step),
    };

    /** Of several experiments, each has its own files. */
    async loadAggregates(key) {
      const shards = await Promise.all(this.experiments.map((experiment) => this.aggregatesOf(experiment, key)));
      if (this.experiments.length === 1) return shards[0].forEach((shard) => this.columns.add(shard));
      const tables = this.experiments.map(({ name, n }, place) => ({ name, n, columns: columnsOf(shards[place], key) }));
      const { n, columns } = reporter.merge.tables(tables);
      this.columns.add({ n, columns: columns.filter(({ id }) => id.startsWith("metrics:")), ordinals: this.columns.ordinals });
    }

    aggregatesOf({ id, aggregates }, key) {
      const places = [...aggregates.keys()].filter((place) => aggregates[place].includes(key, 1));
      return Promise.all(places.map((place) => reporter.load(`data/${aggregates[place][0]}`, `runs/${id}/more-${place}`)));
    }

    /** It is drawn by sparklines.js; ordered and copied it is the last value. */
    async makeSpark(id, key) {
      await this.table.completed;
      const metric = this.columns.get(`metrics.${key}`);
      if (metric) this.add([{ ...metric.payload, id, word: derived.wordOf(derived.parse(id)) }]);
    }

    async makeAt(id, key, other, step) {
      const stepId = derived.ids.aggregate(other, step);
      await this.make(stepId);
      const steps = this.columns.get(stepId);
      if (steps) await this.makeFrom(id, key, (one, row) => derived.valueAt(one, steps.number(row)));
    }

    async makeFrom(id, key, valueOf) {
      const found = new Map();
      await this.readHistories(key, null, (one, row) => {
        const value = valueOf(one, row);
        if (value) found.set(row, value);
      });
      const said = { label: key, ...this.experiments.map(({ definitions }) => definitions[key]).find(Boolean) };
      this.add([derived.payloadOf(id, this.columns.n, found, said)]);
    }

    add(columns) {
      this.columns.add({ n: this.columns.n, columns, ordinals: this.columns.ordinals });
    }

    /**
     * Walk over histories of one metric.
     *
     * @param {string} key
     * @param {string[] | null} ids  of the runs that are wanted; others of the same files come with them
     * @param {(series: object, row: number) => void} take
     */
    async readHistories(key, ids, take) {
      const files = this.experiments.flatMap((experiment) => series.shardsOf(experiment.series[key] || [], ids));
      for (let first = 0; first < files.length; first += AT_ONCE) {
        const part = files.slice(first, first + AT_ONCE);
        const shards = await Promise.all(part.map((file) => reporter.load(`data/${file}`, `series/${file.replace(/\.js$/, "")}`)));
        for (const { metrics } of shards) {
          const record = metrics[key];
          for (const one of record ? series.decodeSeries(record, () => true) : []) {
            const row = this.rowOf(one.id);
            if (row !== undefined) take(one, row);
          }
        }
      }
    }

    rowOf(id) {
      this.rows ??= new Map(Array.from({ length: this.columns.n }, (_, row) => [this.table.idOf(row), row]));
      return this.rows.get(id);
    }
  }

  /** What is known of one metric. */
  const columnsOf = (shards, key) => shards.flatMap(({ columns }) => columns).filter(({ id }) => id.slice(id.indexOf(".") + 1) === key);

  reporter.tables.begun.then(async (table) => {
    const { experiments } = await reporter.catalog;
    const own = experiments.filter(({ id }) => id === table.experiment);
    table.supply = new ColumnSupply(table, own.length ? own : experiments.filter(({ tables }) => tables.length));
    table.join({ aside: () => table.supply.aside() });
  });
})((globalThis.reporter = globalThis.reporter || {}));
