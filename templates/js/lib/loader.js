/**
 * Data files: small classic scripts, each one call of reporter.register(name, value).
 *
 * A page opened from a folder may not fetch, so data arrives by adding <script> elements. This file
 * decides (one request a file, when it failed, what to say); how a script element is added is given
 * to it, so that it runs without a document.
 */
(function (reporter) {
  "use strict";

  /** Long enough for 200 KB over a slow line, short enough to be told before one gives up. */
  const TIMEOUT_MS = 20000;

  const ADVICE = "Unzip the whole report, not one page.";

  /** A data file that did not arrive, in words for the reader. */
  class DataFileError extends Error {
    /**
     * @param {string} path  from the site's root
     * @param {"missing"|"late"|"damaged"} reason
     */
    constructor(path, reason) {
      const what = {
        missing: `Data file not found: ${path}. ${ADVICE}`,
        late: `Data file did not arrive within ${TIMEOUT_MS / 1000} seconds: ${path}. Load the page again.`,
        damaged: `Data file is damaged: ${path}. Build the report again.`,
      };
      super(what[reason]);
      this.name = "DataFileError";
      this.path = path;
      this.reason = reason;
    }
  }

  /**
   * @typedef {object} LoaderPorts
   * @property {(path: string, done: () => void, failed: () => void) => void} inject
   *   Adds the script; calls `done` after it has run, `failed` when there is none.
   * @property {(act: () => void, ms: number) => unknown} [after]  setTimeout
   * @property {(timer: any) => void} [cancel]  clearTimeout
   *
   * @typedef {object} Loader
   * @property {(name: string, value: unknown) => void} register
   *   What data files call.
   * @property {(name: string) => boolean} has
   * @property {(name: string) => any} get  The registered value; undefined before it has arrived.
   * @property {(path: string, name?: string) => Promise<any>} load
   *   Resolves to what the file registered under `name`, or to undefined without a name (a library).
   *   One request a path, however often asked; a failed one may be asked for again.
   */

  /**
   * @param {LoaderPorts} ports
   * @returns {Loader}
   */
  function createLoader(ports) {
    const after = ports.after || setTimeout;
    const cancel = ports.cancel || clearTimeout;
    const values = new Map();
    const requests = new Map();

    function request(path, name) {
      return new Promise((resolve, reject) => {
        const fail = (reason) => {
          requests.delete(path);
          reject(new DataFileError(path, reason));
        };
        const timer = after(() => fail("late"), TIMEOUT_MS);
        const done = () => {
          cancel(timer);
          if (name === undefined || values.has(name)) resolve(values.get(name));
          else fail("damaged");
        };
        const failed = () => {
          cancel(timer);
          fail("missing");
        };
        ports.inject(path, done, failed);
      });
    }

    function load(path, name) {
      if (name !== undefined && values.has(name)) return Promise.resolve(values.get(name));
      if (!requests.has(path)) requests.set(path, request(path, name));
      return requests.get(path);
    }

    return {
      register: (name, value) => void values.set(name, value),
      has: (name) => values.has(name),
      get: (name) => values.get(name),
      load,
    };
  }

  Object.assign(reporter, { createLoader, DataFileError });
  if (typeof module === "object") module.exports = { createLoader, DataFileError, TIMEOUT_MS };
})((globalThis.reporter = globalThis.reporter || {}));
