/** Processes below one that we started: found through ps, ended by their ids. Windows has no such host (vscode-server.mjs). */
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
const graceful = 5000;

/** Every process: id, parent's id, resident memory in bytes, command line. */
export async function listProcesses() {
  const { stdout } = await run("ps", ["-Ao", "pid=,ppid=,rss=,stat=,args="], { maxBuffer: 64 * 2 ** 20 });
  return stdout.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    // A process that has ended and waits for its parent is none.
    if (!match || match[4].startsWith("Z")) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), memory: Number(match[3]) * 1024, command: match[5] }];
  });
}

/** Ids of all processes below `pid`, children before grandchildren. */
export async function processesUnder(pid) {
  const all = await listProcesses();
  const found = [];
  for (let level = [pid]; level.length > 0; ) {
    level = all.filter((one) => level.includes(one.parent)).map((one) => one.pid);
    found.push(...level);
  }
  return found;
}

/** An environment variable that every process of one host carries. */
export const hostMark = "PTUNE_TEST_HOST_MARK";

/** Ids of the processes whose environment has the mark, also those whose parent is gone. Linux only; elsewhere none. */
export function processesMarked(mark) {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(`${hostMark}=${mark}`);
      } catch {
        // It is gone, or another user's.
        return false;
      }
    })
    .map(Number);
}

/** False for a process that is gone, and for one that has ended and only waits for its parent (a zombie). */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  try {
    // The state follows the name, which is in brackets and may itself hold any character.
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** SIGTERM to each, SIGKILL to those that are still there after 5 s. Resolves when all are gone. */
export async function endProcesses(pids) {
  for (const pid of pids) signal(pid, "SIGTERM");
  const until = Date.now() + graceful;
  let left = pids;
  while ((left = left.filter(isAlive)).length > 0) {
    if (Date.now() > until) for (const pid of left) signal(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
