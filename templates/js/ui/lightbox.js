/**
 * Pictures and figures, enlarged: one dialog for the page.
 *
 * Arrows go from figure to figure, + - 0, a double click, two fingers and Ctrl with the wheel change the
 * size, dragging moves, Esc closes and gives focus back. The figure that is open stands in the address (fig=path). Without JavaScript
 * the same links open the picture itself.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { zoom } = reporter;
  const { make, iconButton } = reporter.elements;
  const triggers = [...document.querySelectorAll("[data-role=enlarge]")];
  if (!window.HTMLDialogElement) return;

  /* The dialog is made when it is first needed. */

  const button = (name, label, act) => iconButton(name, label, { onclick: act });

  const name = make("b.ell");
  const detail = make("span.muted.nowrap");
  const size = make("button.btn.plain", { title: "Fit (0)", onclick: () => resize(0) });
  const save = make("a.btn.plain", {}, "Open");
  const stage = make("div.stage");
  const turners = [
    button("previous", "Previous figure (←)", () => turn(-1)),
    button("next", "Next figure (→)", () => turn(1)),
  ];
  const sizers = [
    button("smaller", "Smaller (−)", () => resize(zoom.step(scale, -1))),
    size,
    button("larger", "Larger (+)", () => resize(zoom.step(scale, 1))),
  ];
  const header = make("header", {}, name, detail, make("span.spacer"), ...turners, ...sizers, save,
    button("close", "Close (Esc)", () => dialog.close()));
  const dialog = make("dialog.lightbox", {}, header, stage);

  stage.tabIndex = 0;
  dialog.setAttribute("aria-label", "Figure");

  /* What is shown */

  let shown = [];
  let at = 0;
  let scale = 1;
  let picture = null;

  const pathOf = (trigger) => trigger.closest("[data-path]")?.dataset.path || "";
  const isVisible = (trigger) => trigger.closest("figure, .preview")?.offsetParent !== null;

  /** The compare page has another use for the name: the figure that it compares. */
  const isLinked = document.documentElement.dataset.page !== "compare";

  function remember(path) {
    if (isLinked) reporter.view.set({ fig: path || null });
  }

  /** A figure's fellows: the gallery it stands in, all open folders of it; a preview of the artifact tree stands alone. */
  function fellows(trigger) {
    const gallery = trigger.closest("[data-gallery]") || trigger.closest(".gal");
    if (!gallery) return [trigger];
    const figures = [...gallery.querySelectorAll("figure")].filter((figure) => figure.offsetParent !== null);
    const others = figures.map((figure) => figure.querySelector("[data-role=enlarge]")).filter(Boolean);
    const own = trigger.closest("figure");
    return others.map((other) => (own.contains(other) ? trigger : other));
  }

  function stageSize() {
    return { width: stage.clientWidth - 24, height: stage.clientHeight - 24 };
  }

  /**
   * @param {number} next  0 fits the picture to the stage
   * @param {{x: number, y: number}} [at]  of the screen: what is there stays there
   */
  function resize(next, at) {
    if (!picture) return;
    const edge = stage.getBoundingClientRect();
    const middle = at ? { x: at.x - edge.left, y: at.y - edge.top } : { x: stage.clientWidth / 2, y: stage.clientHeight / 2 };
    const before = { scale, left: stage.scrollLeft, top: stage.scrollTop };
    const natural = { width: picture.naturalWidth, height: picture.naturalHeight };
    const fitted = zoom.fit(natural, stageSize());
    scale = next || fitted;
    picture.style.width = `${natural.width * scale}px`;
    picture.classList.toggle("pixels", scale >= 2);
    stage.classList.toggle("is-larger", scale > fitted * 1.01);
    size.textContent = zoom.percent(scale);
    const ratio = scale / before.scale;
    stage.scrollTo(zoom.keep(before.left, middle.x, ratio), zoom.keep(before.top, middle.y, ratio));
  }

  function showPicture(source, href) {
    const image = new Image();
    image.alt = source.alt;
    image.draggable = false;
    image.hidden = true;
    image.onload = () => {
      image.hidden = false;
      image.title = `${image.naturalWidth.toLocaleString("en")} × ${image.naturalHeight.toLocaleString("en")} pixels`;
      if (picture === image) resize(0);
    };
    image.src = href;
    picture = image;
    stage.replaceChildren(picture);
  }

  function showFigure(framed) {
    picture = null;
    const copy = framed.cloneNode(false);
    copy.dataset.state = "idle";
    copy.classList.remove("hung");
    copy.classList.add("enlarged");
    stage.replaceChildren(copy);
    reporter.drawFigure(copy).catch(() => undefined);
  }

  function show(trigger) {
    const framed = trigger.closest(".framed");
    const figure = trigger.closest("figure, .preview");
    name.textContent = figure?.querySelector("figcaption bdi, header b")?.textContent || pathOf(trigger);
    name.title = pathOf(trigger);
    detail.textContent = shown.length > 1 ? `${at + 1} of ${shown.length}` : "";
    for (const element of sizers) element.hidden = Boolean(framed);
    for (const element of turners) element.hidden = shown.length < 2;
    save.hidden = Boolean(framed);
    if (framed) return showFigure(framed);
    save.href = reporter.files.of(trigger);
    return showPicture(trigger.querySelector("img"), save.href);
  }

  function turn(by) {
    if (shown.length < 2) return;
    at = zoom.turn(at, by, shown.length);
    show(shown[at]);
    remember(pathOf(shown[at]));
  }

  function open(trigger) {
    shown = fellows(trigger);
    at = shown.indexOf(trigger);
    if (!dialog.isConnected) document.body.append(dialog);
    dialog.showModal();
    show(shown[at]);
    stage.focus();
    remember(pathOf(trigger));
  }

  dialog.onclose = () => {
    stage.replaceChildren();
    picture = null;
    pointers.clear();
    hold = null;
    const trigger = shown[at];
    if (trigger) trigger.focus({ preventScroll: false });
    remember("");
  };

  /* Keys, clicks, dragging */

  const KEYS = {
    ArrowLeft: () => turn(-1),
    ArrowRight: () => turn(1),
    "+": () => resize(zoom.step(scale, 1)),
    "=": () => resize(zoom.step(scale, 1)),
    "-": () => resize(zoom.step(scale, -1)),
    0: () => resize(0),
  };

  dialog.onkeydown = (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    const isScrolling = event.key.startsWith("Arrow") && stage.classList.contains("is-larger");
    if (!act || isScrolling) return;
    event.preventDefault();
    act();
  };

  dialog.onclick = (event) => {
    if (event.target === dialog || event.target === stage) dialog.close();
  };

  stage.ondblclick = (event) => {
    if (event.target === picture) resize(stage.classList.contains("is-larger") ? 0 : zoom.bounded(Math.max(1, scale * 2)), { x: event.clientX, y: event.clientY });
  };

  /* One pointer moves the picture, two fingers change its size about the point between them. */

  const pointers = new Map();
  let hold = null;

  function takeHold() {
    const [first, second] = pointers.values();
    if (second) hold = { ...zoom.spread([first, second]), scale };
    else hold = first ? { left: first.x + stage.scrollLeft, top: first.y + stage.scrollTop } : null;
  }

  stage.onpointerdown = (event) => {
    const isMeant = event.target === picture || (picture && pointers.size === 1);
    if (!isMeant || event.button !== 0 || pointers.size > 1) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    picture.setPointerCapture(event.pointerId);
    takeHold();
  };

  stage.onpointermove = (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) return stage.scrollTo(hold.left - event.clientX, hold.top - event.clientY);
    const now = zoom.spread([...pointers.values()]);
    return resize(zoom.bounded((hold.scale * now.distance) / hold.distance), now);
  };

  stage.onpointerup = stage.onpointercancel = (event) => {
    pointers.delete(event.pointerId);
    takeHold();
  };

  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey || !picture) return;
    event.preventDefault();
    resize(zoom.bounded(scale * Math.exp(-event.deltaY / 200)), { x: event.clientX, y: event.clientY });
  }, { passive: false });

  /* Listened for on the page, so that pictures which come later (the wall of figures) are enlarged, too. */
  document.addEventListener("click", (event) => {
    const trigger = event.target.closest("[data-role=enlarge]");
    if (!trigger || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(trigger);
  });

  const wanted = isLinked && reporter.view.get("fig");
  const linked = wanted && triggers.find((trigger) => pathOf(trigger) === wanted && isVisible(trigger));
  if (linked) open(linked);
})((globalThis.reporter = globalThis.reporter || {}));
