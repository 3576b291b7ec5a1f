import { readFileSync } from "node:fs";

/** Resident memory of a process, megabytes; 0 where it is gone, or the system does not tell by file (only Linux does). */
export function residentMB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
