/**
 * The shell of a report in one file. It finds the page that the address names among the packed
 * files, puts it into the document, and lets the page's own scripts run on it as in a folder. Another
 * page is another load of the file, so that every page begins afresh.
 *
 * The page's scripts ask for files through `reporter.files`, which is set here; in a folder view.js
 * sets it.
 */
(function (reporter) {
  "use strict";

  const { packed } = reporter;
  const root = document.documentElement;
  const page = packed.pageOf(location.hash);

  /** Site path → {b: block, t: media type, z: whether it is gzipped text}. */
  const files = JSON.parse(document.getElementById("packed-files").textContent);
  const blocks = [...document.getElementsByClassName("packed")];
  const isPage = (path) => files[path]?.p === 1;

  const bytesOf = ({ b }) => packed.decode(blocks[b].textContent);

  async function textOf(path) {
    if (!files[path]) throw new reporter.DataFileError(path, "missing");
    const bytes = bytesOf(files[path]);
    return files[path].z ? packed.unzip(bytes) : new TextDecoder().decode(bytes);
  }

  /** Addresses of files that were asked for. Decoded once, kept as long as the page is. */
  const addresses = new Map();

  function urlOf(path) {
    if (!files[path]) return "";
    if (!addresses.has(path)) addresses.set(path, URL.createObjectURL(new Blob([bytesOf(files[path])], { type: files[path].t })));
    return addresses.get(path);
  }

  /* What the page's scripts ask for */

  /** Texts of scripts come from this very file; whatever else wants to run is refused by its policy. */
  function inject(path, done, failed) {
    textOf(path).then((text) => {
      (0, eval)(`${text}\n//# sourceURL=${path}`);
      done();
    }).catch(failed);
  }

  reporter.files = {
    url: urlOf,
    inject,
    page: (path, view = {}) => reporter.state.print({ page: path, ...view }),
    go: (href) => void (location.hash = href),
    of: (link) => (link.dataset.file ? urlOf(link.dataset.file) : link.href),
    show: (frame, path) => textOf(path).then((text) => (frame.srcdoc = text)),
  };

  /* The page: links lead to addresses of this file, files are decoded when they are near the screen. */

  const NEAR = "100% 0px";

  function reveal(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      target.src = urlOf(target.dataset.file);
    }
  }

  const observer = new IntersectionObserver(reveal, { rootMargin: NEAR });

  function adoptLink(link) {
    const target = packed.resolve(link.getAttribute("href"), page);
    if (!target) return;
    const isHere = target.path === page && !target.fragment.includes("=");
    if (isPage(target.path)) link.setAttribute("href", isHere ? `#${target.fragment}` : packed.address(target));
    else {
      link.dataset.file = target.path;
      link.setAttribute("href", "#");
      if (link.getAttribute("download") === "") link.setAttribute("download", target.path.split("/").pop());
    }
  }

  function adoptSource(element) {
    const target = packed.resolve(element.getAttribute("src"), page);
    if (!target || element.getAttribute("src").startsWith("data:")) return;
    element.removeAttribute("src");
    element.dataset.file = target.path;
  }

  /** @param {Document} parsed  not shown, so nothing in it is loaded */
  function adoptParts(parsed) {
    for (const link of parsed.querySelectorAll("a[href]")) adoptLink(link);
    for (const element of parsed.querySelectorAll("[src]:not(script)")) adoptSource(element);
  }

  const observeIn = (box) => {
    for (const element of box.querySelectorAll("img[data-file]:not([src]), audio[data-file]:not([src]), video[data-file]:not([src])")) observer.observe(element);
  };

  Object.assign(reporter.files, { adopt: adoptParts, adopted: observeIn });

  /** @param {Document} parsed  not shown, so nothing in it is loaded */
  function adopt(parsed) {
    for (const element of parsed.querySelectorAll("noscript")) element.remove();
    adoptParts(parsed);
    for (const { name, value } of parsed.documentElement.attributes) root.setAttribute(name, value);
    root.dataset.root = "";
    document.title = parsed.title;
    const icon = parsed.querySelector("link[rel=icon]").getAttribute("href");
    document.querySelector("link[rel=icon]").href = icon.startsWith("data:") ? icon : urlOf(packed.resolve(icon, page).path);
    document.body.replaceChildren(...parsed.body.childNodes);
    observeIn(document.body);
  }

  /* Links to files get their address when they are about to be used; links to a part of the page lead there. */

  function prepare(event) {
    const link = event.target.closest?.("a[href]");
    if (link?.dataset.file && link.getAttribute("href") === "#") link.href = urlOf(link.dataset.file);
    if (event.type !== "click" || !link) return;
    const href = link.getAttribute("href");
    if (!href.startsWith("#") || href.includes("=")) return;
    event.preventDefault();
    visit(href.slice(1));
  }

  for (const type of ["pointerdown", "click", "auxclick", "contextmenu", "keydown", "dragstart"]) addEventListener(type, prepare, true);

  function visit(part) {
    const target = part === "query" ? document.querySelector("[data-role=query]") : document.getElementById(part);
    if (!target || target.hidden) return;
    target.scrollIntoView();
    if (part === "query" || part === "main") target.focus();
  }

  /* Beginning */

  function fail(error) {
    const old = typeof DecompressionStream === "undefined";
    const note = document.createElement("p");
    note.className = "note bad";
    note.textContent = old ? "This browser is too old to open a report in one file." : `This report cannot be opened: ${error.message}`;
    document.body.append(note);
  }

  async function begin() {
    const shown = isPage(page) ? page : packed.HOME;
    adopt(new DOMParser().parseFromString(await textOf(shown), "text/html"));
    for (const path of JSON.parse(root.dataset.scripts)) (0, eval)(`${await textOf(path)}\n//# sourceURL=${path}`);
    document.dispatchEvent(new Event("DOMContentLoaded"));
    const { at } = reporter.state.parse(location.hash);
    if (at) visit(at);
  }

  history.scrollRestoration = "manual";
  addEventListener("hashchange", () => packed.pageOf(location.hash) !== page && location.reload());
  document.addEventListener("DOMContentLoaded", () => begin().catch(fail), { once: true });
})((globalThis.reporter = globalThis.reporter || {}));
