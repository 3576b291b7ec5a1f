import { isDeepStrictEqual } from "node:util";
import type { JobStatus } from "../../protocol/backend/jobs.js";
import type { RunEntry } from "../../runs/run-entry.js";
import type { RowSituation } from "./row-situation.js";
import { filterRuns, type RunFilter } from "./run-filter.js";
import { groupRuns, type RunGroup } from "./run-groups.js";
import { orderGroups, type RunOrder } from "./run-order.js";

/** Rows keep their identity as long as what they stand for is there, so that selection and expansion stay. */
export interface RunNode {
  readonly kind: "run";
  /** The run's folder. */
  readonly path: string;
  readonly parent: GroupNode;
}
export interface GroupNode {
  readonly kind: "experiment";
  readonly key: string;
}
export interface JobNode {
  readonly kind: "job";
  readonly job: string;
}
export type RunTreeNode = RunNode | GroupNode | JobNode;

export interface RunTreeInput {
  /** Newest first. */
  readonly entries: readonly RunEntry[];
  readonly jobs: readonly JobStatus[];
  readonly baseline: string | undefined;
  readonly filter: RunFilter;
  readonly order: RunOrder;
}

interface Group {
  readonly node: GroupNode;
  readonly content: RunGroup;
  readonly children: readonly RunNode[];
}
interface Run {
  readonly node: RunNode;
  readonly entry: RunEntry;
  readonly situation: RowSituation;
}

/** What the tree shows, and which rows changed with each update. */
export class RunTreeModel {
  private groups = new Map<string, Group>();
  private runs = new Map<string, Run>();
  private jobs = new Map<string, { readonly node: JobNode; readonly status: JobStatus }>();
  private roots: readonly RunTreeNode[] = [];

  /** @returns the rows to draw again, each with what is below it; "everything" where the top level changed. */
  update(input: RunTreeInput): "everything" | readonly RunTreeNode[] {
    const { groups, runs, jobs } = this;
    const before = this.roots;
    const atWork = new Map(input.jobs.flatMap((job) => (job.run !== null && job.state !== "finished" ? [[job.run, job] as const] : [])));
    const contents = orderGroups(groupRuns(filterRuns(input.entries, input.filter)), input.order);
    this.jobs = new Map(waitingJobs(input).map((status) => [status.job, { node: jobs.get(status.job)?.node ?? { kind: "job", job: status.job }, status }]));
    this.groups = new Map();
    this.runs = new Map();
    for (const content of contents) {
      const node = groups.get(content.key)?.node ?? { kind: "experiment", key: content.key };
      const seeds = new Map<number | null, number>();
      for (const { seed } of content.runs) seeds.set(seed, (seeds.get(seed) ?? 0) + 1);
      const children = content.runs.map((entry) => {
        const known = runs.get(entry.path)?.node;
        const child: RunNode = known?.parent === node ? known : { kind: "run", path: entry.path, parent: node };
        this.runs.set(entry.path, { node: child, entry, situation: { job: atWork.get(entry.path), baseline: entry.path === input.baseline, twin: seeds.get(entry.seed)! > 1 } });
        return child;
      });
      this.groups.set(content.key, { node, content, children });
    }
    this.roots = [...[...this.jobs.values()].map(({ node }) => node), ...[...this.groups.values()].map(({ node }) => node)];
    if (!sameItems(before, this.roots)) return "everything";
    return this.changedSince(groups, runs, jobs);
  }

  private changedSince(groups: ReadonlyMap<string, Group>, runs: ReadonlyMap<string, Run>, jobs: ReadonlyMap<string, { readonly status: JobStatus }>): RunTreeNode[] {
    const changed: RunTreeNode[] = [];
    for (const [id, { node, status }] of this.jobs) if (!sameWork(jobs.get(id)?.status, status)) changed.push(node);
    for (const [key, { node, content, children }] of this.groups) {
      const known = groups.get(key)!;
      const ownRows = children.filter(({ path }) => isOther(runs.get(path), this.runs.get(path)!));
      // A group that is drawn again draws its runs again too.
      if (!sameItems(known.children, children) || headOf(known.content) !== headOf(content)) changed.push(node);
      else changed.push(...ownRows);
    }
    return changed;
  }

  /** Rows below one, or the top ones. */
  childrenOf(node?: RunTreeNode): readonly RunTreeNode[] {
    if (node === undefined) return this.roots;
    return node.kind === "experiment" ? (this.groups.get(node.key)?.children ?? []) : [];
  }

  groupOf(node: GroupNode): RunGroup | undefined {
    return this.groups.get(node.key)?.content;
  }

  runOf(node: RunNode): { readonly entry: RunEntry; readonly situation: RowSituation } | undefined {
    return this.runs.get(node.path);
  }

  jobOf(node: JobNode): JobStatus | undefined {
    return this.jobs.get(node.job)?.status;
  }

  nodeOfRun(path: string): RunNode | undefined {
    return this.runs.get(path)?.node;
  }

  /** Every run's row that is listed now. */
  get runNodes(): readonly RunNode[] {
    return [...this.runs.values()].map(({ node }) => node);
  }
}

/** Jobs that cannot be seen as a run yet: without a folder, or with one that is not listed. */
function waitingJobs({ jobs, entries }: RunTreeInput): JobStatus[] {
  const listed = new Set(entries.map(({ path }) => path));
  return jobs.filter(({ state, run }) => state !== "finished" && (run === null || !listed.has(run)));
}

/** What a group's own row tells. */
const headOf = ({ runs, best, overSeeds }: RunGroup): string => JSON.stringify([runs.length, runs.some(({ active }) => active), best, overSeeds]);

const isOther = (known: Run | undefined, { entry, situation }: Run): boolean => known?.entry !== entry || known.situation.baseline !== situation.baseline || known.situation.twin !== situation.twin || !sameWork(known.situation.job, situation.job);

/** Whether a row would say the same of both. */
const sameWork = (a: JobStatus | undefined, b: JobStatus | undefined): boolean => a === b || (a?.state === b?.state && a?.title === b?.title && isDeepStrictEqual(a?.activity, b?.activity));

const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean => a.length === b.length && a.every((item, index) => item === b[index]);
