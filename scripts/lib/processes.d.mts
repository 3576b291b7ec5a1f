export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** Resident memory, bytes. */
  readonly memory: number;
  readonly command: string;
}

export function listProcesses(): Promise<ProcessInfo[]>;
export function processesUnder(pid: number): Promise<number[]>;
export function processesMarked(mark: string): number[];
export function isAlive(pid: number): boolean;
export function endProcesses(pids: readonly number[]): Promise<void>;
