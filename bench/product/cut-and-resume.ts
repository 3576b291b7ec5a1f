import path from "node:path";
import type { RandomSource } from "../../src/common/random.js";
import type { RunEvent } from "../../src/runs/events.js";
import { type Finished, runCommandLine } from "./command-line.js";
import { differences, type LeftBehind, readLeftBehind } from "./left-behind.js";
import { runFoldersOf, type Workspace } from "./workspace.js";

export interface CutOptions {
  readonly script: string;
  readonly workspace: Workspace;
  /** Path of the experiment file. */
  readonly experiment: string;
  readonly random: RandomSource;
  readonly signal: AbortSignal;
}

export interface CutResult {
  /** After which step each kill came. */
  readonly cutAtSteps: readonly number[];
  /** What differs from the run that was not stopped; empty when nothing does. */
  readonly differences: readonly string[];
}

export interface Uninterrupted {
  readonly left: LeftBehind;
  /** Events between the start of the run and its result. */
  readonly events: number;
  /** Longest pause between two events of those, in milliseconds. */
  readonly longestPause: number;
}

/** The run that everything is compared with. */
export async function runUninterrupted({ script, workspace, experiment, signal }: CutOptions): Promise<Uninterrupted> {
  const folder = workspace.subfolder("uninterrupted");
  const times: number[] = [];
  const count = counter();
  const finished = await runCommandLine(script, ["run", experiment], { folder, signal, onEvent: (event) => count(event) !== undefined && times.push(performance.now()) });
  if (finished.code !== 0) throw failed("run", finished);
  const pauses = times.slice(1).map((time, i) => time - times[i]);
  return { left: await readLeftBehind(runFoldersOf(folder)[0]), events: times.length, longestPause: Math.max(...pauses) };
}

/**
 * Kills a run (SIGKILL) at a random moment between its start and its end, resumes it — killed once more now and then —
 * and compares what it leaves. A kill that came too late to hit is tried again.
 */
export async function cutAndResume(number: number, whole: Uninterrupted, options: CutOptions): Promise<CutResult> {
  const { script, workspace, experiment, random, signal } = options;
  for (let attempt = 0; ; attempt++) {
    if (attempt > 20) throw new Error("The kill came too late 20 times in a row: the run is too short.");
    const folder = workspace.subfolder(`cut-${number}-${attempt}`);
    const first = await runCommandLine(script, ["run", experiment], { folder, signal, killAfter: moment(whole, random) });
    if (!first.killed && first.code !== 0) throw failed("run", first);
    if (!first.killed) continue;
    const [run] = runFoldersOf(folder);
    const cutAtSteps = [stepReached(first)];
    let resumed: Finished;
    do {
      // One resumed run in three is killed as well.
      const again = random.integer(3) === 0 && cutAtSteps.length < 3;
      resumed = await runCommandLine(script, ["resume", run], { folder, signal, killAfter: again ? moment(whole, random) : undefined });
      if (resumed.killed) cutAtSteps.push(stepReached(resumed));
    } while (resumed.killed);
    // A run that had finished when the kill came has nothing to resume: the comparison decides.
    if (resumed.code !== 0 && !resumed.errors.includes("is finished")) throw failed(`resume ${path.basename(run)}`, resumed);
    return { cutAtSteps, differences: differences(await readLeftBehind(run), whole.left) };
  }
}

/** Numbers the events from the run's start (state "running") to its result, both left out: before, there is no run. */
function counter(): (event: RunEvent) => number | undefined {
  let next: number | undefined;
  return (event) => {
    if (next === undefined) next = event.type === "state" && event.state === "running" ? 0 : undefined;
    else if (event.type !== "result") return next++;
    return undefined;
  };
}

/** A random event, and a random delay after it up to half the longest pause: within steps, evaluations and writes alike. */
function moment({ events, longestPause }: Uninterrupted, random: RandomSource): (event: RunEvent) => number | undefined {
  const at = random.integer(events);
  const delay = random.uniform() < 0.5 ? random.uniform() * 5 : (random.uniform() * longestPause) / 2;
  const count = counter();
  return (event) => {
    const number = count(event);
    return number !== undefined && number >= at ? delay : undefined;
  };
}

function stepReached({ events }: Finished): number {
  return events.reduce((step, event) => (event.type === "step" || event.type === "resume" ? event.step : step), 0);
}

function failed(command: string, { code, errors }: Finished): Error {
  return new Error(`ptune ${command} ended with code ${code}:\n${errors.slice(-2000)}`);
}
