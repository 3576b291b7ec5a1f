import type { JobStatus } from "../../../protocol/backend/jobs.js";
import type { Jobs } from "../../services.js";

/** Resolves with the job's first status that the condition holds for: of those known now, then of those to come. */
export function whenJob(jobs: Pick<Jobs, "all" | "onDidChange">, id: string, holds: (status: JobStatus) => boolean): Promise<JobStatus> {
  const known = jobs.all.find(({ job }) => job === id);
  if (known && holds(known)) return Promise.resolve(known);
  return new Promise((resolve) => {
    const listening = jobs.onDidChange((status) => {
      if (status.job !== id || !holds(status)) return;
      listening.dispose();
      resolve(status);
    });
  });
}

export const isFinished = ({ state }: JobStatus): boolean => state === "finished";

/** Whether the person can look at the run itself now: a new one has its folder, a resumed one has its backbone. */
export const isPrepared = ({ state, run, source }: JobStatus): boolean => isFinished({ state } as JobStatus) || (run !== null && (source.type !== "resume" || (state !== "queued" && state !== "preparing")));
