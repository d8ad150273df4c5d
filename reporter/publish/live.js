/**
 * Keeps a served page up to date: loads it again when what it shows was built anew.
 *
 * Only "report serve" puts this into pages, on their way to the browser; no built site has it. What
 * is seen stays: the address keeps its part after "#", places that were scrolled to are found
 * again, and nothing happens while somebody types or looks at a figure.
 */
(function () {
  "use strict";

  const { path, digest, events } = document.currentScript.dataset;
  const KEY = `runpages:served:${location.pathname}`;
  const SCROLLERS = ".scroller, .scroll-y, .tw, .list, pre";
  const PATIENCE_MS = 3000;
  const SETTLED_MS = 600;
  const PAUSE_MS = 400;
  const TYPING_MS = 1500;

  /* Where the reader was */

  const scrollers = () => [...document.querySelectorAll(SCROLLERS)];

  function remember() {
    const inner = scrollers().map((element, at) => [at, element.scrollTop, element.scrollLeft]);
    const place = {
      top: scrollY,
      left: scrollX,
      inner: inner.filter(([, top, left]) => top || left),
      focus: document.activeElement?.id ?? "",
    };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(place));
    } catch {
      /* Storage is switched off: the page then begins at its top. */
    }
  }

  function recall() {
    try {
      const place = JSON.parse(sessionStorage.getItem(KEY));
      sessionStorage.removeItem(KEY);
      return place;
    } catch {
      return null;
    }
  }

  /** Scrolls there, and stays there while the page's own scripts fill it, unless the reader scrolls. */
  function restore(place) {
    const end = performance.now() + PATIENCE_MS;
    let arrived = Infinity;
    let isOver = false;
    for (const name of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      addEventListener(name, () => (isOver = true), { once: true, passive: true });
    }
    document.getElementById(place.focus)?.focus({ preventScroll: true });
    (function attempt() {
      const now = performance.now();
      const found = scrollers();
      const isThere = scrollY === place.top && place.inner.every(([at, top]) => !found[at] || found[at].scrollTop === top);
      arrived = isThere ? Math.min(arrived, now) : Infinity;
      if (isOver || now > end || now > arrived + SETTLED_MS) return;
      if (!isThere) {
        scrollTo(place.left, place.top);
        for (const [at, top, left] of place.inner) found[at]?.scrollTo(left, top);
      }
      requestAnimationFrame(attempt);
    })();
  }

  /* When to load again */

  let typedAt = -Infinity;
  let timer;
  addEventListener("input", () => (typedAt = performance.now()), true);

  const isBusy = () => performance.now() - typedAt < TYPING_MS || document.querySelector("dialog[open], :popover-open") !== null;

  function renew() {
    clearTimeout(timer);
    if (isBusy()) {
      timer = setTimeout(renew, PAUSE_MS);
      return;
    }
    remember();
    location.reload();
  }

  let source;

  /** A browser opens few connections to one host: pages that nobody sees give theirs back. */
  function listen() {
    source?.close();
    if (document.hidden) return;
    source = new EventSource(`${events}?page=${encodeURIComponent(path)}`);
    source.onmessage = (event) => {
      if (event.data !== digest) renew();
      else clearTimeout(timer);
    };
  }

  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  /* A data file that was replaced meanwhile cannot be had any more: the new page knows the new one. */
  const AGAIN_MS = 10000;

  function retry(event) {
    if (event.target?.localName !== "script") return;
    const name = `${KEY}:retried`;
    try {
      const last = Number(sessionStorage.getItem(name));
      sessionStorage.setItem(name, Date.now());
      if (Date.now() - last > AGAIN_MS) renew();
    } catch {
      /* Without storage nobody would know that this was tried: the page says what is missing. */
    }
  }

  addEventListener("error", retry, true);

  const place = recall();
  if (place) restore(place);
  listen();
})();
