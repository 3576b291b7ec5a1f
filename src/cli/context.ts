import type { Style } from "./output/style.js";
import type { ProgressWriter, ResultWriter } from "./output/writer.js";

/** What every command gets: where it writes, and what was said on the command line beside its own arguments. */
export interface CommandContext {
  /** Standard output: results. */
  readonly results: ResultWriter;
  /** Standard error: progress. */
  readonly progress: ProgressWriter;
  /** Colours for standard output. */
  readonly style: Style;
  /** One JSON object a line, for programs. */
  readonly json: boolean;
  /** Absolute path of the folder of the runs. */
  readonly runsRoot: string;
  /** Whether that folder was named on the command line. */
  readonly runsNamed: boolean;
  readonly currentFolder: string;
  /** How this program was started, for commands that are shown: "ptune", "npx ptune" or "node out/ptune.js". */
  readonly invocation: string;
  readonly signal: AbortSignal;
}
