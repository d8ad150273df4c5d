/**
 * The tree of a run's artifacts: folders fold, files are found by name, and a chosen file is shown beside
 * the tree, also one whose preview or whose very line is not in the page yet.
 *
 *   reporter.openFile(path)     shows a file; resolves with its preview, or null when it has none
 *   reporter.isFileOpen(path)   whether it is the one that is shown
 *
 * Arrows go from line to line, right and left open and fold. The chosen file stands in the address (file).
 * Without JavaScript all folders are open and every name leads to its file.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { fileTree, view } = reporter;
  const root = document.querySelector("[data-role=file-tree]");
  reporter.openFile = async () => null;
  reporter.isFileOpen = () => false;
  if (!root) return;

  const list = root.querySelector("ul");
  const pane = root.querySelector(".previews");
  const panel = root.closest("[data-role=artifacts]");
  const finder = panel.querySelector("[data-role=find-file]");
  const found = panel.querySelector("[data-role=files-found]");

  let rows = [];
  let folded = new Set();
  let opened = "";

  /* Lines */

  function readRows() {
    rows = [...list.children].map((item) => {
      const element = item.firstElementChild;
      return { item, element, path: element.dataset.path, isFolder: element.classList.contains("folder") };
    });
    for (const { element, isFolder } of rows) {
      if (!isFolder) continue;
      element.setAttribute("role", "button");
      element.tabIndex = 0;
    }
  }

  function show() {
    const typed = finder ? finder.value : "";
    const { seen, files } = fileTree.visible(rows, folded, typed);
    const isFinding = typed.trim() !== "";
    rows.forEach(({ item, element, path, isFolder }, i) => {
      item.hidden = !seen[i];
      if (isFolder) element.setAttribute("aria-expanded", String(isFinding || !folded.has(path)));
    });
    if (found) found.textContent = isFinding ? `${files} ${files === 1 ? "file" : "files"}` : "";
  }

  /** All lines of a large tree, of which the page has the upper ones. */
  function complete() {
    const { late, lateName } = root.dataset;
    if (!late) return Promise.resolve();
    root.whole ??= reporter.load(late, lateName).then(
      (html) => {
        const { path } = list.contains(document.activeElement) ? document.activeElement.dataset : {};
        list.replaceChildren();
        reporter.addLate(list, html);
        delete root.dataset.late;
        readRows();
        markOpened();
        show();
        if (path) rows.find((row) => row.path === path).element.focus({ preventScroll: true });
      },
      (error) => {
        root.whole = null;
        reporter.announce(error.message);
      },
    );
    return root.whole;
  }

  async function toggle(path, isOpen = folded.has(path)) {
    if (isOpen) folded.delete(path);
    else folded.add(path);
    show();
    await complete();
  }

  /* Previews */

  const rowOf = (path) => rows.find((row) => row.path === path && !row.isFolder);
  const previewOf = (path) => [...pane.children].find((preview) => preview.dataset.of === path);

  function markOpened() {
    for (const { element, path, isFolder } of rows) {
      if (!isFolder && path === opened) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
  }

  async function fetchPreview({ late, lateName }, path) {
    const previews = new Map(await reporter.load(late, lateName));
    reporter.addLate(pane, previews.get(path));
    return previewOf(path);
  }

  async function open(link) {
    const { path } = link.dataset;
    opened = path;
    markOpened();
    try {
      const preview = previewOf(path) || (await fetchPreview(link.dataset, path));
      if (opened === path) for (const other of pane.children) other.hidden = other !== preview;
      return preview;
    } catch (error) {
      reporter.announce(error.message);
      return null;
    }
  }

  reporter.isFileOpen = (path) => path === opened;

  reporter.openFile = async (path) => {
    if (!rowOf(path)) await complete();
    const row = rowOf(path);
    if (!row || row.element.dataset.preview === undefined) return null;
    for (const folder of fileTree.foldersOf(path)) folded.delete(folder);
    show();
    const preview = await open(row.element);
    row.item.scrollIntoView({ block: "nearest" });
    return preview;
  };

  /** On a phone the preview stands below the tree. */
  function bring(preview) {
    const { top } = preview.getBoundingClientRect();
    if (top < 0 || top > innerHeight * 0.75) preview.scrollIntoView({ block: "start" });
  }

  async function choose(link) {
    const preview = await open(link);
    view.set({ file: link.dataset.path, line: null });
    if (preview) bring(preview);
  }

  /* Mouse and keys */

  list.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const folder = event.target.closest(".folder");
    const link = event.target.closest("[data-preview]");
    if (folder) toggle(folder.dataset.path);
    if (!link) return;
    event.preventDefault();
    choose(link);
  });

  function step(row, by) {
    const seen = rows.filter(({ item, element }) => !item.hidden && element.matches("a, .folder"));
    seen[seen.indexOf(row) + by]?.element.focus();
  }

  const KEYS = {
    ArrowDown: (row) => step(row, 1),
    ArrowUp: (row) => step(row, -1),
    ArrowRight: ({ path, isFolder }) => isFolder && toggle(path, true),
    ArrowLeft: ({ path, isFolder }) => {
      if (isFolder && !folded.has(path)) return void toggle(path, false);
      const above = fileTree.foldersOf(path).pop();
      return void rows.find((row) => row.isFolder && row.path === above)?.element.focus();
    },
    Enter: ({ path, isFolder }) => isFolder && toggle(path),
    " ": ({ path, isFolder }) => isFolder && toggle(path),
  };

  list.addEventListener("keydown", (event) => {
    const row = rows.find(({ element }) => element === event.target);
    const act = KEYS[event.key];
    if (!row || !act || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.key === "Enter" || event.key === " ") && !row.isFolder) return;
    event.preventDefault();
    event.stopPropagation();
    act(row);
  });

  async function find() {
    await complete();
    show();
  }

  finder?.addEventListener("input", find);

  readRows();
  folded = root.dataset.late ? new Set(rows.filter(({ isFolder }) => isFolder).map(({ path }) => path)) : fileTree.foldedAtFirst(rows);
  const first = [...(pane?.children || [])].find((preview) => preview.dataset.of && !preview.hidden);
  if (first) opened = first.dataset.of;
  markOpened();
  show();
  if (finder?.value) find();
  if (reporter.chosenEarly) choose(rowOf(reporter.chosenEarly).element);
})((globalThis.reporter = globalThis.reporter || {}));
