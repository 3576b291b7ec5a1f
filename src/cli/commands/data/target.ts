import path from "node:path";
import type { Target } from "../../../backend/datasets/shape-dataset.js";
import type { CommandContext } from "../../context.js";
import { displayPath } from "../../invocation.js";
import { harmless } from "../../output/harmless.js";
import { count } from "../../output/numbers.js";

/** Where rows are written: a new file, whose ending says the format. */
export interface TargetSettings {
  readonly to: string;
  readonly overwrite: boolean;
}

export const targetOf = ({ currentFolder }: CommandContext, { to, overwrite }: TargetSettings): Target => ({ target: path.resolve(currentFolder, to), overwrite });

/** Tells how many rows were written. */
export function tellWritten({ results, json, currentFolder }: CommandContext, { target }: Target, rows: number): void {
  if (json) results.object({ type: "rows-written", file: target, rows });
  else results.line(harmless(`${count(rows, "row")} are in ${displayPath(target, currentFolder)}.`));
}
