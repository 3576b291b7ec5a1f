import type { TablePeek } from "../../data/peek-table.js";
import type { Diagnostic } from "../diagnostic.js";
import type { JsonDocument } from "../json-document.js";

type Path = readonly (string | number)[];

/** What checks need that look at the files beside an experiment. */
export interface CheckContext {
  readonly document: JsonDocument;
  /** What the experiment's paths are relative to. */
  readonly folder: string;
  /** The beginning of a data file (see `peekTable`); a caller that checks at every key stroke keeps what was read. */
  readonly peek: (file: string) => Promise<TablePeek | undefined>;
}

/** The problems found so far. */
export class Findings {
  readonly all: Diagnostic[] = [];

  constructor(readonly document: JsonDocument) {}

  /** At a value. */
  value(message: string, path: Path, { severity = "error", replacement }: Remark = {}): void {
    this.all.push(this.document.diagnostic(message, path, this.document.valueSpan(path), severity, replacement));
  }

  /** At a key. */
  key(message: string, path: Path, { severity = "error", replacement }: Remark = {}): void {
    this.all.push(this.document.diagnostic(message, path, this.document.keySpan(path), severity, replacement));
  }
}

interface Remark {
  readonly severity?: "error" | "warning";
  /** Source text that most likely belongs there. */
  readonly replacement?: string;
}
