import type { JobStatus } from "../../src/protocol/backend/jobs.js";
import type { BackendSettings } from "../../src/protocol/backend/lifecycle.js";
import type { BackendChild } from "../../src/supervisor/backend-child.js";
import { BackendSupervisor, type SupervisorState } from "../../src/supervisor/backend-supervisor.js";
import { attachToBackground } from "../../src/supervisor/find-background.js";
import { forkChild } from "../../src/supervisor/fork-child.js";

export interface BackendWindow {
  readonly supervisor: BackendSupervisor;
  readonly states: SupervisorState[];
  readonly statuses: JobStatus[];
  readonly log: string[];
  /** Resolves with the first status (also one that was told already) that suits. */
  until(suits: (status: JobStatus) => boolean): Promise<JobStatus>;
  untilState(state: SupervisorState): Promise<void>;
}

export interface WindowOptions {
  readonly settings: BackendSettings;
  readonly script: string;
  readonly fork?: () => BackendChild;
  /** Looks for a process of an earlier window. */
  readonly attach?: boolean;
}

/** What a VS Code window is for the backend process: a supervisor with its settings. */
export function openBackendWindow({ settings, script, fork, attach = false }: WindowOptions): BackendWindow {
  const statuses: JobStatus[] = [];
  const states: SupervisorState[] = [];
  const log: string[] = [];
  const waiting = new Set<() => void>();
  const check = (): void => waiting.forEach((each) => each());
  const supervisor = new BackendSupervisor({
    fork: fork ?? (() => forkChild({ script })),
    attach: attach ? () => attachToBackground(settings.stateFolder, (reason) => log.push(reason)) : undefined,
    settings: () => settings,
    log: (level, text) => log.push(`${level}: ${text}`),
    onState: (state) => (states.push(state), check()),
    onJob: (status) => (statuses.push(status), check()),
  });
  const wait = <Found>(find: () => Found | undefined): Promise<Found> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    supervisor,
    states,
    statuses,
    log,
    until: (suits) => wait(() => statuses.find(suits)),
    untilState: (state) => wait(() => (supervisor.state === state ? true : undefined)).then(() => undefined),
  };
}
