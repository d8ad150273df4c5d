/**
 * A chart as a picture to take away: PNG and SVG, with its title and the names of its lines.
 *
 *   await reporter.chartPicture.png(data, drawing)   both are those of chart_tools.js; a Blob
 *   await reporter.chartPicture.svg(data, drawing)
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  const { pictureFrame, chartGroups, chartIdentity } = reporter;

  const SIZE_PX = 11;
  const TITLE_SIZE_PX = 13;
  const SCALE = 2;
  /** So few lines have their names at their ends already. */
  const MOST_NAMED = 6;

  const context = document.createElement("canvas").getContext("2d");
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const family = () => getComputedStyle(document.body).fontFamily;

  function widthOf(text) {
    context.font = `${SIZE_PX}px ${family()}`;
    return context.measureText(text).width;
  }

  /** Lines that the drawing does not name; those that look alike and have one name are one. */
  function entriesOf({ lines = [], facets }, drawing) {
    if (lines.length < 2 || (!facets && lines.length <= MOST_NAMED)) return [];
    const { runs } = drawing.colors || drawing.parts[0].colors;
    const looks = new Map(lines.map((line) => [[line.name, line.color, line.dash].join("\0"), line]));
    return [...looks.values()].map(({ name, color, dash }) => ({ name, color: runs[color - 1], dash: chartIdentity.DASHES[dash] }));
  }

  function frameOf(data, drawing, width, height) {
    const title = data.unit ? `${data.metric} (${data.unit})` : data.metric;
    const aside = data.isGrouped && data.band ? chartGroups.BANDS[data.band] ?? "" : "";
    return { title, aside, ...pictureFrame.frame({ title, aside, entries: entriesOf(data, drawing), width, height }, widthOf) };
  }

  async function png(data, drawing) {
    const drawn = await drawing.view.toCanvas();
    const frame = frameOf(data, drawing, drawn.width / SCALE, drawn.height / SCALE);
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: drawn.width, height: Math.ceil(frame.height * SCALE) });
    const pen = canvas.getContext("2d");
    pen.fillStyle = token("--surface");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(drawn, 0, frame.plotTop * SCALE);
    pen.scale(SCALE, SCALE);
    write(pen, frame);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  function write(pen, frame) {
    const text = (words, left, baseline, color, font) => {
      Object.assign(pen, { fillStyle: color, font: `${font} ${family()}` });
      pen.fillText(words, left, baseline);
    };
    text(frame.title, frame.titleLeft, frame.titleTop, token("--text"), `600 ${TITLE_SIZE_PX}px`);
    text(frame.aside, frame.asideLeft, frame.titleTop, token("--text-3"), `${SIZE_PX}px`);
    for (const { name, color, dash, left, textLeft, samplePx, baseline } of frame.entries) {
      pen.beginPath();
      pen.setLineDash(dash);
      Object.assign(pen, { strokeStyle: color, lineWidth: 2 });
      pen.moveTo(left, baseline - 4);
      pen.lineTo(left + samplePx, baseline - 4);
      pen.stroke();
      text(name, textLeft, baseline, token("--text-2"), `${SIZE_PX}px`);
    }
  }

  async function svg(data, drawing) {
    const drawn = new DOMParser().parseFromString(await drawing.view.toSvg(), "image/svg+xml").documentElement;
    const [width, height] = ["width", "height"].map((name) => Number(drawn.getAttribute(name)));
    const frame = frameOf(data, drawing, width, height);
    const whole = drawn.cloneNode(false);
    const make = (tag, attributes, words = "") => {
      const element = document.createElementNS(drawn.namespaceURI, tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.textContent = words;
      return element;
    };
    const text = (words, x, y, fill, more = {}) => make("text", { x, y, fill, "font-family": family(), "font-size": SIZE_PX, ...more }, words);
    for (const [name, value] of Object.entries({ width, height: frame.height, viewBox: `0 0 ${width} ${frame.height}` })) whole.setAttribute(name, value);
    drawn.setAttribute("y", frame.plotTop);
    const samples = frame.entries.filter(({ samplePx }) => samplePx).map(({ left, samplePx, baseline, color, dash }) => make("path", { d: `M${left},${baseline - 4}h${samplePx}`, stroke: color, "stroke-width": 2, "stroke-dasharray": dash.join(" ") }));
    whole.append(
      make("rect", { width: "100%", height: "100%", fill: token("--surface") }),
      drawn,
      text(frame.title, frame.titleLeft, frame.titleTop, token("--text"), { "font-size": TITLE_SIZE_PX, "font-weight": 600 }),
      ...(frame.aside ? [text(frame.aside, frame.asideLeft, frame.titleTop, token("--text-3"))] : []),
      ...samples,
      ...frame.entries.map(({ name, textLeft, baseline }) => text(name, textLeft, baseline, token("--text-2"))),
    );
    return new Blob([new XMLSerializer().serializeToString(whole)], { type: "image/svg+xml" });
  }

  reporter.chartPicture = { png, svg };
})((globalThis.reporter = globalThis.reporter || {}));
