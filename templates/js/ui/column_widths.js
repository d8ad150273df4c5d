/**
 * How wide each column of the grid is: as wide as its heading and its longest values need.
 *
 * A table of automatic layout would change its widths with every row that scrolls into view.
 */
(function (reporter) {
  "use strict";
  if (typeof document === "undefined") return;

  /** Rows whose texts are measured. */
  const SAMPLE_ROWS = 60;

  /** Beyond these columns the heading alone is measured: values would have to be decoded. */
  const MEASURED_COLUMNS = 60;

  const PADDING_PX = 22;
  const SORT_MARK_PX = 14;
  const UNMEASURED_PX = 112;
  const SPARK_PX = 84;
  const MAX_TEXT_PX = 320;
  const MAX_HEADING_PX = 240;

  /** Box, colour, status and the gaps between them. */
  const NAME_MARKS_PX = 14 + 10 + 8 + 3 * 8;

  function sampleOf(rows) {
    const stride = Math.max(1, Math.floor(rows.length / SAMPLE_ROWS));
    const sample = [...rows.subarray(0, SAMPLE_ROWS)];
    for (let i = SAMPLE_ROWS; i < rows.length; i += stride) sample.push(rows[i]);
    return sample;
  }

  function longest(texts) {
    return texts.reduce((found, text) => (text.length > found.length ? text : found), "");
  }

  class ColumnWidths {
    /**
     * @param {HTMLTableElement} table
     * @param {object} source
     * @param {(column: object, row: number) => {text: string}} source.cell
     * @param {(row: number) => string} source.nameOf
     */
    constructor(table, source) {
      Object.assign(this, { table, source, known: new Map() });
      /** As somebody chose them, by column. @type {Map<string, number>} */
      this.chosen = new Map();
      this.pen = document.createElement("canvas").getContext("2d");
      const style = getComputedStyle(table);
      const name = getComputedStyle(table.tHead.rows[1].cells[0]);
      this.bodyFont = `650 ${style.fontSize} ${style.fontFamily}`;
      this.headFont = `600 ${name.fontSize} ${style.fontFamily}`;
      /** Of the name's column; they depend on the width of the screen alone. */
      this.limits = null;
      addEventListener("resize", () => (this.limits = null));
    }

    textWidth(text, font) {
      this.pen.font = font;
      return this.pen.measureText(text).width;
    }

    /** @param {object[]} columns @param {Uint32Array} rows @returns {number[]} of the name and the columns */
    measure(columns, rows) {
      const sample = sampleOf(rows);
      return [this.nameWidth(sample), ...columns.map((column, i) => this.widthOf(column, sample, i < MEASURED_COLUMNS))];
    }

    /** Asked once: an answer costs the page a calculation of all its styles. */
    nameLimits() {
      const { minWidth, maxWidth } = getComputedStyle(this.table.tHead.rows[1].cells[0]);
      return { least: parseFloat(minWidth) || 0, most: parseFloat(maxWidth) || Infinity };
    }

    nameWidth(sample) {
      this.limits ??= this.nameLimits();
      const { least, most } = this.limits;
      const text = longest(sample.map((row) => this.source.nameOf(row)));
      const wanted = this.textWidth(text, this.bodyFont) + NAME_MARKS_PX + PADDING_PX;
      return Math.round(Math.min(most, Math.max(least, wanted)));
    }

    /** Found once: a column must not change its width because the filter shows other rows. */
    widthOf(column, sample, isMeasured) {
      if (this.chosen.has(column.id)) return this.chosen.get(column.id);
      if (this.known.has(column.id)) return this.known.get(column.id);
      const body = isMeasured ? this.bodyWidth(column, sample) : UNMEASURED_PX;
      const width = Math.ceil(Math.max(this.headingWidth(column), body));
      if (isMeasured) this.known.set(column.id, width);
      return width;
    }

    bodyWidth(column, sample) {
      if (column.aggregate === "spark") return SPARK_PX + PADDING_PX;
      const text = longest(sample.map((row) => this.source.cell(column, row).text));
      const width = this.textWidth(text, this.bodyFont) + PADDING_PX;
      return column.isText && !column.isNumeric ? Math.min(MAX_TEXT_PX, width) : width;
    }

    headingWidth({ label, word, unit, direction }) {
      const text = [label, word, unit, direction && "↓"].filter(Boolean).join("  ");
      return Math.min(MAX_HEADING_PX, this.textWidth(text, this.headFont)) + SORT_MARK_PX + PADDING_PX;
    }
  }

  reporter.ColumnWidths = ColumnWidths;
})((globalThis.reporter = globalThis.reporter || {}));
