import type { JobStatus } from "../protocol/backend/jobs.js";

/**
 * How a run ended by its journal, where it had ended before its process did: what the process had still to say of it was
 * lost, but the journal has the last word. Undefined where it was under way.
 */
export async function journalOutcome({ run, state, source }: JobStatus): Promise<JobStatus["outcome"] | undefined> {
  // A resumed run that was still being prepared: its journal tells of its earlier end.
  if (run === null || (source.type === "resume" && state === "preparing")) return undefined;
  const { glanceRun } = await import("../runs/glance-run.js");
  const entry = await glanceRun(run);
  // Without its result, a run that succeeded has still something to do.
  if (entry.state === "succeeded") return entry.seconds === null ? undefined : { status: "succeeded" };
  if (entry.state === "stopped") return { status: "stopped" };
  return entry.state === "failed" ? { status: "failed", error: { kind: "run", message: entry.reason ?? "The run failed." } } : undefined;
}
