/**
 * Data of the table of all experiments: first what each needs to be ready, then everything else.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** Files that are read at once: a report may have hundreds of experiments. */
  const AT_ONCE = 8;

  /**
   * @param {{id: string, name: string, n: number, tables: string[]}[]} experiments
   * @param {(experiment: object, k: number) => Promise<object>} load  one of an experiment's files
   * @returns {(() => Promise<object>)[]}  for Columns.add, in this order
   */
  reporter.mergedParcels = (experiments, load) => {
    const filled = experiments.filter(({ tables }) => tables.length);

    async function read(places) {
      const read = places.map(() => null);
      let next = 0;
      const work = async () => {
        while (next < places.length) {
          const at = next++;
          read[at] = await load(...places[at]);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return read;
    }

    /** Files of all experiments as one table. */
    async function merged(wanted) {
      const places = filled.flatMap((experiment) => wanted(experiment).map((k) => [experiment, k]));
      const shards = await read(places);
      const tables = filled.map((experiment) => ({
        name: experiment.name,
        n: experiment.n,
        columns: shards.filter((_, at) => places[at][0] === experiment).flatMap(({ columns }) => columns),
      }));
      return reporter.merge.tables(tables);
    }

    // What one experiment has in its first file may be in a later one of another: all are merged again.
    return [() => merged(() => [0]), () => merged(({ tables }) => [...tables.keys()])];
  };
})((globalThis.reporter = globalThis.reporter || {}));
