/**
 * What was logged and can run: figures (Plotly, Vega-Lite) and pages, each in a sandboxed frame.
 *
 *   reporter.drawFigure(element)   draws at once; resolves when drawn, rejects with what went wrong
 *   reporter.hangFigure(name, title, isDrawn)   a place for a figure of reporter/site/wall/live_figures.py, by
 *                                  the name of its data file; it is drawn when its button is pressed,
 *                                  or when it comes into sight
 *
 * A frame in a sandbox has an origin of its own, so in a folder it can load nothing that lies beside
 * it: this page loads library and figure as data files and hands them over by message. What comes
 * back is a word ("waiting", "ready", "error"), never anything to run.
 *
 * A figure is drawn when it nears the viewport, one after the other. A Vega figure that has less room
 * than it needs stays the picture that the builder made of it; enlarging it draws it. A logged page
 * starts at a click. So does whatever hangs on a wall, and the oldest gives way when too many live.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { make, iconButton } = reporter.elements;

  /** A slow phone draws 10 MB of Plotly in about 10 s. */
  const TIMEOUT_MS = 30000;
  const NEAR_PX = 200;

  /** A frame with Plotly in it takes some 50 MB; a wall of two hundred figures must not take ten GB. */
  const MAX_LIVE = 12;

  function makeFrame(element) {
    const frame = make("iframe", { title: element.dataset.title });
    frame.setAttribute("sandbox", "allow-scripts");
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

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting && target.dataset.state === "idle") enqueue(target);
    },
    { rootMargin: `${NEAR_PX}px` },
  );

  reporter.onAdded((root) => {
    for (const element of root.querySelectorAll(".framed")) observer.observe(element);
  });

  /* Logged pages */

  function showPage(element) {
    const frame = document.createElement("iframe");
    frame.className = "viewer-frame";
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = element.dataset.title;
    reporter.files.show(frame, element.dataset.frame);
    element.querySelector("[data-role=run-page]").hidden = true;
    element.prepend(frame);
    return frame;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-role=run-page]");
    if (button) showPage(button.closest("[data-role=logged-page]")).focus();
  });

  /* Documents: the browser's viewer does not work in a sandbox, and runs nothing on the page's origin. */

  function showPdf(button) {
    const link = button.parentElement.querySelector("a");
    const frame = make("iframe.pdf-frame", { title: link.textContent, src: reporter.files.of(link) });
    button.hidden = true;
    button.closest(".viewer").append(frame);
    return frame;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-role=show-pdf]");
    if (button) showPdf(button).focus();
  });

  /* What hangs on a wall */

  /** Frames of a wall that live at once. */
  const MAX_HUNG = 6;
  const hung = [];

  function makeRoom(element) {
    hung.push(element);
    for (const old of hung.splice(0, Math.max(0, hung.length - MAX_HUNG))) {
      old.querySelector("iframe")?.remove();
      old.dataset.state = "idle";
    }
  }

  async function play(element, facts) {
    element.dataset.state = "loading";
    try {
      if (facts.kind === "html") element.append(makeFrame(element));
      else await draw(element);
      element.dataset.state = "ready";
      makeRoom(element);
    } catch {
      element.dataset.state = "error";
    }
  }

  function makeFramed(facts, title) {
    const element = make(`div.framed.hung${facts.poster ? ".has-poster" : ""}`);
    const { kind: role, ...rest } = facts;
    Object.assign(element.dataset, { role, state: "idle", title });
    for (const [name, value] of Object.entries(rest)) if (value && name !== "poster" && !(role === "html" && name === "width")) element.dataset[name] = value;
    if (facts.poster) {
      const image = make("img", { src: reporter.files.url(facts.poster), alt: title, loading: "lazy" });
      element.append(make("span.picture", {}, image));
    }
    const kinds = { plotly: "Draw this Plotly figure", vega: "Make it interactive", html: "Show this page" };
    element.append(make("button.btn", { "data-role": "play", textContent: kinds[role] || "Draw", onclick: () => play(element, facts) }));
    if (role !== "html") element.append(iconButton("enlarge", "Enlarge", { className: "icon noprint", "data-role": "enlarge" }));
    return element;
  }

  /** Figures near the screen learn what they are. */
  const nearing = new IntersectionObserver((entries) => entries.forEach((entry) => entry.isIntersecting && hang(entry.target)), { rootMargin: "300px" });

  /** Those in sight are drawn, unless they live. A logged page starts at a click all the same. */
  const seeing = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const framed = target.querySelector(".hung");
      if (isIntersecting && framed?.dataset.state === "idle" && framed.dataset.role !== "html") framed.querySelector("[data-role=play]").click();
    }
  });

  async function hang(place) {
    const { live, title } = place.dataset;
    nearing.unobserve(place);
    try {
      place.replaceChildren(makeFramed(await reporter.load(`data/${live}.js`, live), title));
      if (place.dataset.isDrawn !== undefined) seeing.observe(place);
    } catch (error) {
      place.replaceChildren(make("p.hole", { textContent: error.message }));
    }
  }

  reporter.hangFigure = (live, title, isDrawn) => {
    const place = make("div.hook");
    Object.assign(place.dataset, { live, title, ...(isDrawn && { isDrawn: "" }) });
    nearing.observe(place);
    return place;
  };
})((globalThis.reporter = globalThis.reporter || {}));
