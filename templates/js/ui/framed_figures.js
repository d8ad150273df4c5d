/**
 * What was logged and can run: figures (Plotly, Vega-Lite) and pages, each in a sandboxed frame.
 *
 *   reporter.drawFigure(element)   draws at once; resolves when drawn, rejects with what went wrong
 *
 * A frame in a sandbox has an origin of its own, so in a folder it can load nothing that lies beside
 * it: this page loads library and figure as data files and hands them over by message. What comes
 * back is a word ("waiting", "ready", "error"), never anything to run.
 *
 * A figure is drawn when it nears the viewport, one after the other. A Vega figure that has less room
 * than it needs stays the picture that the builder made of it; enlarging it draws it.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** A slow phone draws 10 MB of Plotly in about 10 s. */
  const TIMEOUT_MS = 30000;
  const NEAR_PX = 200;

  /** A frame with Plotly in it takes some 50 MB; a wall of two hundred figures must not take ten GB. */
  const MAX_LIVE = 12;

  function makeFrame(element) {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = element.dataset.title;
    reporter.files.show(frame, element.dataset.frame);
    const { width, height } = element.dataset;
    if (width && height) {
      frame.style.width = `${Number(width) + 2}px`;
      frame.style.height = `${Number(height) + 2}px`;
    }
    return frame;
  }

  /** Resolves with what the frame says last; `answer` is sent when it waits for something to draw. */
  function converse(frame, answer) {
    return new Promise((resolve, reject) => {
      const finish = (act, value) => {
        clearTimeout(timer);
        removeEventListener("message", listen);
        act(value);
      };
      const late = `The figure was not drawn within ${TIMEOUT_MS / 1000} seconds.`;
      const timer = setTimeout(() => finish(reject, new Error(late)), TIMEOUT_MS);
      const listen = (event) => {
        if (event.source !== frame.contentWindow || !event.data) return;
        const { figure, text } = event.data;
        if (figure === "waiting") frame.contentWindow?.postMessage(answer, "*");
        if (figure === "ready") finish(resolve);
        if (figure === "error") finish(reject, new Error(String(text).slice(0, 300)));
      };
      addEventListener("message", listen);
    });
  }

  function fail(element, error) {
    element.dataset.state = "error";
    const hole = document.createElement("p");
    hole.className = "hole";
    hole.textContent = error.message;
    if (!element.querySelector("img")) element.append(hole);
  }

  async function draw(element) {
    const { library, libraryName, figures, figuresName, role } = element.dataset;
    element.dataset.state = "loading";
    const frame = makeFrame(element);
    try {
      const [text, list] = await Promise.all([
        reporter.load(library, libraryName),
        reporter.load(figures, figuresName),
      ]);
      const drawn = converse(frame, { kind: role, library: text, figures: list });
      element.append(frame);
      await drawn;
      element.dataset.state = "ready";
    } catch (error) {
      frame.remove();
      fail(element, error);
      throw error;
    }
  }

  reporter.drawFigure = (element) => draw(element);

  /* The page's own figures */

  const hasRoom = (element) => element.clientWidth >= Number(element.dataset.width || 0);

  function isNear(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return element.offsetParent !== null && bottom > -NEAR_PX && top < innerHeight + NEAR_PX;
  }

  let queue = Promise.resolve();

  const live = [];

  function keep(element) {
    live.push(element);
    const surplus = live.length > MAX_LIVE ? live.findIndex((other) => !isNear(other)) : -1;
    if (surplus < 0) return;
    const [left] = live.splice(surplus, 1);
    left.querySelector("iframe").remove();
    left.dataset.state = "idle";
  }

  /** Figures wait in a line; one that was scrolled away meanwhile waits until it is near again. */
  function enqueue(element) {
    queue = queue.then(() => {
      const isWanted = element.dataset.state === "idle" && hasRoom(element) && isNear(element);
      return isWanted ? draw(element).then(() => keep(element), () => undefined) : undefined;
    });
  }

  /* Logged pages load when they are first seen: browsers ignore loading="lazy" for frames in a folder. */
  const SHOW = {
    framed: (element) => element.dataset.state === "idle" && enqueue(element),
    "viewer-frame": (element) => {
      if (element.dataset.shown) return;
      element.dataset.shown = "true";
      reporter.files.show(element, element.dataset.frame);
    },
  };

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) SHOW[target.classList[0]](target);
      }
    },
    { rootMargin: `${NEAR_PX}px` },
  );

  for (const element of document.querySelectorAll(".framed, .viewer-frame")) observer.observe(element);
})((globalThis.reporter = globalThis.reporter || {}));
