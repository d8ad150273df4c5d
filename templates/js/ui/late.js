/**
 * Parts of a page that arrive when somebody asks for them.
 *
 *   reporter.onAdded(act)          act(root) now with the document, and with each part that is added later
 *   reporter.addLate(box, html)    put what the builder rendered into the page
 *
 * The builder escaped it as it does pages; it is parsed apart, where nothing is loaded or run.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const acts = [];

  reporter.onAdded = (act) => {
    acts.push(act);
    act(document);
  };

  reporter.addLate = (box, html) => {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    reporter.files.adopt?.(parsed);
    const added = document.createElement("div");
    added.append(...parsed.body.childNodes);
    const parts = [...added.children];
    box.append(...parts);
    reporter.files.adopted?.(box);
    for (const part of parts) for (const act of acts) act(part);
  };

  /* More figures of a folder: so many at a time, the first when the folder is opened. */

  function partsOf(button) {
    const words = button.dataset.late.trim().split(/\s+/);
    return Array.from({ length: words.length / 2 }, (_, i) => ({ path: words[2 * i], name: words[2 * i + 1] }));
  }

  async function showMore(button) {
    const [next, ...rest] = partsOf(button);
    button.disabled = true;
    try {
      const html = await reporter.load(next.path, next.name);
      reporter.addLate(button.parentElement.previousElementSibling, html);
      button.dataset.late = rest.map(({ path, name }) => `${path} ${name}`).join(" ");
      if (!rest.length) button.parentElement.remove();
    } catch (error) {
      reporter.announce(error.message);
    }
    button.disabled = false;
  }

  for (const button of document.querySelectorAll("[data-role=more-figures]")) {
    button.onclick = () => showMore(button);
    const folder = button.closest("details");
    const isEmpty = !button.parentElement.previousElementSibling.children.length;
    if (folder && isEmpty) folder.addEventListener("toggle", () => folder.open && showMore(button), { once: true });
  }
})((globalThis.reporter = globalThis.reporter || {}));
