import { PromptTuningError } from "../../common/errors.js";
import { chatCells } from "./chat-messages.js";
import { type Cell, mostColumns } from "./row-batch.js";

/** Turns JSON values into rows; columns are added in the order in which their keys are met. */
export class JsonObjects {
  private readonly places: Map<string, number>;

  constructor(
    private readonly file: string,
    private readonly layout: "rows" | "chat",
    columns: readonly string[] = [],
  ) {
    this.places = new Map(columns.map((column, place) => [column, place]));
  }

  get columns(): readonly string[] {
    return [...this.places.keys()];
  }

  /** @param where for messages, such as "line 3". @throws PromptTuningError data: not an object, too many columns. */
  row(value: unknown, line: number, where: string): Cell[] {
    const { file } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new PromptTuningError("data", `${file}, ${where}: this is not an object.`, { file, line, advice: 'Every row must be an object, such as {"text": "...", "label": "..."}.' });
    }
    const cells: Cell[] = [];
    const entries = this.layout === "chat" ? chatCells(value, file, line, where) : Object.entries(value);
    for (const [column, cell] of entries) {
      const place = this.placeOf(column, line);
      while (cells.length <= place) cells.push(null);
      cells[place] = cell === null || cell === undefined ? null : this.text(cell, column, line, where);
    }
    return cells;
  }

  private placeOf(column: string, line: number): number {
    const known = this.places.get(column);
    if (known !== undefined) return known;
    if (this.places.size === mostColumns) {
      throw new PromptTuningError("data", `${this.file} has more than ${mostColumns} columns.`, { file: this.file, line, advice: "Give all rows the same keys." });
    }
    this.places.set(column, this.places.size);
    return this.places.size - 1;
  }

  /** Strings as they are (a lone surrogate becomes U+FFFD), numbers and booleans as JSON writes them, lists and objects as JSON. */
  private text(cell: unknown, column: string, line: number, where: string): string {
    if (typeof cell === "string") return cell.replace(/\p{Surrogate}/gu, "\ufffd");
    try {
      return JSON.stringify(cell);
    } catch (error) {
      throw new PromptTuningError("data", `${this.file}, ${where}: "${column}" is nested too deeply.`, { file: this.file, line, cause: error });
    }
  }
}

/** What JSON.parse complains about, for a person. */
export function jsonComplaint(error: unknown): string | undefined {
  return error instanceof Error ? `${error.message.replace(/\s+/g, " ").slice(0, 200)}.` : undefined;
}
