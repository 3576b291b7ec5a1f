import { CommanderError } from "commander";
import type { CommandContext } from "./context.js";
import { watchInterruption, type Interruption } from "./interruption.js";
import { invocationOf } from "./invocation.js";
import { styleFor } from "./output/style.js";
import { ProgressWriter, ResultWriter } from "./output/writer.js";
import { createProgram, type GlobalSettings } from "./program.js";
import { describeError, describeUsageError, type ErrorReport } from "./report-error.js";

const stopping = new Set(["run", "resume", "sweep"]);

/** The composition root: the process's streams, signals and exit code on one side, the commands on the other. */
async function main(argv: readonly string[]): Promise<void> {
  const { stdout, stderr, env } = process;
  const debug = env.PTUNE_DEBUG !== undefined && env.PTUNE_DEBUG !== "" && env.PTUNE_DEBUG !== "0";
  const progress = new ProgressWriter(stderr);
  // Before the options are parsed: a usage error is an object too where objects are asked for.
  const json = beforeSeparator(argv).includes("--json");
  const fail = (report: ErrorReport): void => {
    progress.clear();
    if (json) new ResultWriter(stdout, true).object(report.object);
    stderr.write(`${report.text}\n`);
    process.exitCode = report.exitCode;
  };
  process.on("uncaughtException", (error) => {
    fail(describeError(error, debug));
    process.exit();
  });

  const interruption = watchInterruption(
    process,
    () => {
      progress.line(
        argv.some((word) => stopping.has(word)) ? "Stopping after this step; a checkpoint will be left. Press Ctrl-C again to end at once." : "Stopping. Press Ctrl-C again to end at once.",
      );
    },
    () => process.exit(130),
  );
  ignoreClosedPipes(interruption);

  const currentFolder = process.cwd();
  const context = ({ runsRoot, runsNamed }: GlobalSettings): CommandContext => ({
    results: new ResultWriter(stdout, json),
    progress,
    style: styleFor(stdout, env),
    json,
    runsRoot,
    runsNamed,
    currentFolder,
    invocation: invocationOf(process.argv[1], currentFolder, env),
    signal: interruption.signal,
  });
  const program = createProgram({ writeOut: (text) => void stdout.write(text), currentFolder, context, exit: (code) => (process.exitCode = code) });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) fail(describeError(error, debug));
    else if (error.exitCode !== 0) fail(describeUsageError(error));
  } finally {
    progress.clear();
    interruption.dispose();
  }
}

/** A reader that goes away (`ptune runs | head -1`) is no failure: what is under way stops as with Ctrl-C. */
function ignoreClosedPipes(interruption: Interruption): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      if (stream === process.stdout) interruption.stop();
    });
  }
}

function beforeSeparator(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf("--");
  return at < 0 ? argv : argv.slice(0, at);
}

void main(process.argv.slice(2));
