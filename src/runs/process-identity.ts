import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import os from "node:os";

/** Who a process is: its number alone says little, because numbers are used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own form; nothing where the system does not tell. */
  readonly started: string | null;
  /** Host name and, on Linux, the namespace in which the number is valid (containers have their own). */
  readonly host: string;
  /** Changes with every start of the machine; nothing where the system does not tell. */
  readonly boot: string | null;
}

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, started: processStart(process.pid) ?? null, host: hostIdentity(), boot: bootIdentity() };
  return own;
}

/** Whether a process is there: "yes" or "no", or "unknown" when its number is taken but its start cannot be compared. */
export function isRunning(identity: Pick<ProcessIdentity, "pid" | "started">): "yes" | "no" | "unknown" {
  let foreign = false;
  try {
    process.kill(identity.pid, 0); // Signal 0 only asks.
  } catch (error) {
    foreign = (error as NodeJS.ErrnoException).code === "EPERM";
    if (!foreign) return "no";
  }
  const started = processStart(identity.pid);
  // A /proc mounted with hidepid does not show other people's processes, although they run.
  if (started === undefined) return foreign ? "unknown" : "no";
  if (started === null || identity.started === null) return "unknown";
  return started === identity.started ? "yes" : "no";
}

/** The start of a process; null where the system does not tell, undefined where there is no such process (or only its remains). */
function processStart(pid: number): string | null | undefined {
  if (process.platform === "linux") {
    try {
      // proc_pid_stat(5): the name in parentheses may hold anything; field 3 is the state, field 22 the start in ticks since boot.
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      return code === "ENOENT" || code === "ESRCH" ? undefined : null;
    }
  }
  if (process.platform === "win32") return null;
  try {
    const [state, ...start] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8", timeout: 5000, env: { ...process.env, LC_ALL: "C" } }).trim().split(/\s+/);
    return state === "" || state.startsWith("Z") ? undefined : start.join(" ");
  } catch (error) {
    // ps ends with 1 where there is no such process.
    return (error as { status?: number }).status === 1 ? undefined : null;
  }
}

function hostIdentity(): string {
  try {
    return `${os.hostname()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return os.hostname();
  }
}

function bootIdentity(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return null;
  }
}
