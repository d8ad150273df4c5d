/**
 * The page's view state and its data files: the two things that every other script in js/ui asks for.
 *
 *   reporter.view.get("sort")                    what the address says, or undefined
 *   reporter.view.set({sort: "-metrics.loss"})   writes the address; null takes a name out
 *   reporter.view.subscribe((view, names) => …)  called after the address was changed by someone else
 *   reporter.load("data/x.js", "name")           a data file, by its path from the site's root
 *   reporter.files.url("artifacts/x.png")        the address of a file, and .page(path, view) of a page with a view
 *   reporter.files.of(link)                      the address that a link leads to
 *   reporter.files.go(href), .show(frame, path)  open a page; show a page of ours in a frame
 *   reporter.catalog                             promise of data/catalog.js
 *   reporter.stored("theme") / reporter.store("theme", "dark")   remembered in this browser
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const root = document.documentElement;
  root.classList.replace("no-js", "js");

  /* Files of the site, by their path from its root. In a report of one file they are packed into it, and its shell has said so. */

  function inject(path, done, failed) {
    const script = document.createElement("script");
    script.src = root.dataset.root + path;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  }

  const address = (path) => root.dataset.root + path.split("/").map(encodeURIComponent).join("/");

  reporter.files ??= {
    inject,
    url: address,
    page: (path, view = {}) => address(path) + reporter.state.print(view),
    go: (href) => void (location.href = href),
    of: (link) => link.href,
    show: (frame, path) => void (frame.src = address(path)),
  };

  const loader = reporter.createLoader({ inject: reporter.files.inject });
  reporter.register = loader.register;
  reporter.load = loader.load;

  /* Deferred scripts have all run when the page is parsed: what is not here then is not in the folder. */
  reporter.catalog = new Promise((resolve, reject) => {
    document.addEventListener("DOMContentLoaded", () => {
      if (loader.has("catalog")) resolve(loader.get("catalog"));
      else reject(new reporter.DataFileError("data/catalog.js", "missing"));
    });
  });
  reporter.catalog.catch(() => undefined);

  /** Calls `act` when the page is parsed: now, if it is. For scripts that come after the first paint. */
  reporter.whenReady = (act) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act);
    else act();
  };

  /* Charts, figures and comparison come when the page has been painted. */

  /** Whether a chart will be wanted at once: its library then comes together with our scripts. */
  const showsChart = () =>
    [...document.querySelectorAll("[data-role=chart]")].some((figure) => figure.offsetParent && figure.getBoundingClientRect().top < innerHeight);

  function loadLater({ later, vega }) {
    const paths = showsChart() ? [later, vega] : [later];
    for (const path of paths) reporter.load(path).catch(() => undefined);
  }

  reporter.catalog.then((catalog) => requestAnimationFrame(() => setTimeout(loadLater, 0, catalog))).catch(() => undefined);

  /* What this browser remembers. All pages of a disk share one storage: names carry the report's id. */

  const storedName = (name) => `runpages:${root.dataset.report}:${name}`;

  reporter.stored = (name) => {
    try {
      return localStorage.getItem(storedName(name));
    } catch {
      return null;
    }
  };

  reporter.store = (name, value) => {
    try {
      localStorage.setItem(storedName(name), value);
    } catch {
      /* Storage is switched off or full: the choice then lasts as long as the page. */
    }
  };

  /* View state */

  const listeners = new Set();
  const witnesses = new Set();
  let view = reporter.state.parse(location.hash);

  function announce(next, caller) {
    const names = reporter.state.differing(view, next);
    view = next;
    if (names.length) for (const listener of listeners) if (listener !== caller) listener(view, names);
  }

  function write(pushes) {
    const address = location.pathname + location.search + reporter.state.print(view);
    try {
      history[pushes ? "pushState" : "replaceState"](null, "", address);
    } catch {
      /* Some browsers limit how often the address may change, or forbid it in a frame. */
    }
    for (const witness of witnesses) witness();
  }

  function arrive() {
    announce(reporter.state.parse(location.hash));
    for (const witness of witnesses) witness();
  }

  reporter.view = {
    get: (name) => view[name],

    /**
     * @param {Object<string, string | string[] | null>} changes
     * @param {{pushes?: boolean, caller?: Function}} [options]
     *   pushes: a step that the Back button undoes; caller: a listener that need not be told
     */
    set(changes, { pushes = false, caller } = {}) {
      announce(reporter.state.change(view, changes), caller);
      write(pushes);
    },

    /** @param {(view: object, names: string[]) => void} listener */
    subscribe: (listener) => void listeners.add(listener),

    /** After every change of the address, whoever made it. @param {() => void} witness */
    onWrite: (witness) => void witnesses.add(witness),
  };

  addEventListener("hashchange", arrive);
  addEventListener("popstate", arrive);
})((globalThis.reporter = globalThis.reporter || {}));
