import { createHash } from "node:crypto";
import { z } from "zod";
import { errorCode, type FileSystem } from "./file-system.js";
import { isRunning, ownIdentity } from "./process-identity.js";

/** The content of lease.json. The time of the file's last change is the holder's heartbeat. */
export const leaseSchema = z.object({
  nonce: z.string().min(1).max(64),
  pid: z.int().min(1),
  started: z.string().nullable(),
  host: z.string(),
  boot: z.string().nullable(),
  acquired: z.string(),
});
export type LeaseContent = z.infer<typeof leaseSchema>;

/** A holder whose process cannot be asked is believed gone after so long without a heartbeat. */
export const silenceMilliseconds = 5 * 60_000;
/** A lease that cannot be read may be in the making for so long (only where the disk has no hard links). */
const inTheMakingMilliseconds = 3_000;

/**
 * Nonces of the leases that this process has or is about to have. A lease with this process's identity that is not
 * among them could not be removed when it was given back (a full disk), and is abandoned. Kept at the process, since
 * the program may be loaded into it more than once.
 */
const registryKey = Symbol.for("prompt-tuning-lab.leases");
export function ownLeases(): Set<string> {
  return ((globalThis as { [registryKey]?: Set<string> })[registryKey] ??= new Set());
}

export interface FoundLease {
  /** Which lease this is; a lease that cannot be read is known by its content. */
  readonly nonce: string;
  readonly holder?: LeaseContent;
  readonly state: "held" | "abandoned" | "in the making";
  readonly heartbeatAgeMilliseconds: number;
}

/** What stands in a lease file now; nothing where there is none. */
export function findLease(fileSystem: FileSystem, file: string, now = Date.now()): FoundLease | undefined {
  try {
    const stat = fileSystem.stat(file);
    if (!stat) return undefined;
    const bytes = fileSystem.read(file);
    const heartbeatAgeMilliseconds = Math.max(0, now - stat.modified);
    const holder = parseLease(bytes);
    if (!holder) {
      // With its time, since two leases in the making may have the same (empty) content.
      const nonce = `unreadable-${createHash("sha256").update(bytes).update(String(stat.modified)).digest("hex").slice(0, 16)}`;
      return { nonce, state: heartbeatAgeMilliseconds < inTheMakingMilliseconds ? "in the making" : "abandoned", heartbeatAgeMilliseconds };
    }
    return { nonce: holder.nonce, holder, state: isHeld(holder, heartbeatAgeMilliseconds) ? "held" : "abandoned", heartbeatAgeMilliseconds };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined; // Released between two calls.
    throw error;
  }
}

function isHeld(holder: LeaseContent, silence: number): boolean {
  const own = ownIdentity();
  // Heartbeats of a clock that differs, or a network drive's: all that is known of another host.
  if (holder.host !== own.host) return silence < silenceMilliseconds;
  if (holder.boot !== own.boot) return false;
  if (holder.pid === own.pid && holder.started === own.started) return ownLeases().has(holder.nonce);
  const running = isRunning(holder);
  return running === "yes" || (running === "unknown" && silence < silenceMilliseconds);
}

function parseLease(bytes: Uint8Array): LeaseContent | undefined {
  if (bytes.length > 4096) return undefined;
  try {
    return leaseSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return undefined;
  }
}
