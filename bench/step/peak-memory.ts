import { readFileSync, writeFileSync } from "node:fs";

/** Largest resident memory of this process in MB since its start or since `forgetPeak`, files mapped into it included. */
export function peakMemoryMB(): number {
  try {
    const line = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (line) return Number(line[1]) / 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS / 1024;
}

/** Begins the count anew, where the system can (Linux): loading is then not part of it. */
export function forgetPeak(): boolean {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
    return true;
  } catch {
    return false;
  }
}
