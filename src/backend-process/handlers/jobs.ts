import type { ProcessContext } from "../context.js";
import type { JobQueue } from "../jobs/job-queue.js";

/** The calls about runs: they answer at once, what becomes of a run is told by notices. */
export function registerJobs({ peer }: Pick<ProcessContext, "peer">, queue: JobQueue): void {
  peer.handle("jobs/start", ({ job, source, runsRoot }) => queue.start(job, source, runsRoot));
  peer.handle("jobs/stop", ({ job }) => (queue.stop(job), {}));
  peer.handle("jobs/pause", ({ job }) => (queue.pause(job), {}));
  peer.handle("jobs/continue", ({ job }) => (queue.continue(job), {}));
  peer.handle("jobs/list", () => queue.all);
}
