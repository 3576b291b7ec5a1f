import { randomBytes } from "node:crypto";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PromptTuningError } from "../common/errors.js";
import { isTemporaryName, temporaryName, writeNewFile } from "./atomic-write.js";
import { errorCode, type FileSystem, nodeFileSystem } from "./file-system.js";
import { findLease, type FoundLease, type LeaseContent, ownLeases, silenceMilliseconds } from "./lease-file.js";
import { ownIdentity } from "./process-identity.js";
import { storageError } from "./storage-error.js";

/**
 * One writer a run. A lease is a file that holds who has it; it comes into being whole (a hard link fails where the
 * name is taken), and only its holder removes it.
 *
 * An abandoned lease (its process is gone) is taken over so that exactly one of several processes wins: who wants to
 * replace the lease with nonce N must first hold the lock `<file>.takeover-N`, then look again that N still stands
 * there, and then renames its own lease over it. Since N is replaced under that lock only, and never comes back, the
 * look cannot be outdated. The lock is itself a lease of this kind, so that one left by a killed process is taken
 * over in the same way.
 */

const heartbeatMilliseconds = 10_000;
const patienceMilliseconds = 10_000;
const leftoverMilliseconds = 60 * 60_000;
const takeover = ".takeover-";

export interface LeaseOptions {
  readonly fileSystem?: FileSystem;
  /** How long to wait for another process that is taking the lease over at this moment. */
  readonly patienceMilliseconds?: number;
}

export class Lease {
  private released = false;
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(
    private readonly file: string,
    private readonly nonce: string,
    /** Of this lease's own file: a heartbeat can never touch a successor's. */
    private readonly handle: number,
    private readonly fileSystem: FileSystem,
  ) {
    this.heartbeat = setInterval(() => this.beat(), heartbeatMilliseconds);
    this.heartbeat.unref();
  }

  /**
   * Takes the lease.
   * @throws PromptTuningError kind "busy" when another process (or another part of this one) has it, "storage" when
   * the disk refuses. Returns or throws within `patienceMilliseconds` and some.
   */
  static async acquire(file: string, options: LeaseOptions = {}): Promise<Lease> {
    const fileSystem = options.fileSystem ?? nodeFileSystem;
    const deadline = Date.now() + (options.patienceMilliseconds ?? patienceMilliseconds);
    const nonce = newNonce();
    try {
      await take(fileSystem, file, nonce, deadline);
      try {
        removeLeftovers(fileSystem, file);
        return new Lease(file, nonce, fileSystem.open(file, "a"), fileSystem);
      } catch (error) {
        discard(fileSystem, file);
        throw error;
      }
    } catch (error) {
      ownLeases().delete(nonce);
      throw storageError("take the lease of the run", file, error);
    }
  }

  /** Whether the file still holds this lease: another host takes it over when this process was silent for minutes. */
  isHeld(): boolean {
    return !this.released && findLease(this.fileSystem, this.file)?.nonce === this.nonce;
  }

  /** @throws PromptTuningError kind "busy" when the lease was lost. */
  verify(): void {
    if (this.isHeld()) return;
    throw new PromptTuningError("busy", "This process no longer holds the run.", {
      reason: "It was silent for minutes (a sleeping machine?) and another process took the run over, or the lease file was deleted.",
      advice: "Look at the run again before resuming it.",
      file: this.file,
    });
  }

  /** Gives the lease back. Never throws: a lease that cannot be removed counts as abandoned. */
  release(): void {
    if (this.released) return;
    try {
      if (this.isHeld()) this.fileSystem.unlink(this.file);
    } catch {
      // See above.
    }
    this.released = true;
    ownLeases().delete(this.nonce);
    clearInterval(this.heartbeat);
    try {
      this.fileSystem.close(this.handle);
    } catch {
      // Nothing depends on it.
    }
  }

  private beat(): void {
    try {
      this.fileSystem.touch(this.handle);
    } catch {
      // A missed heartbeat matters after minutes only, and verify() tells then.
    }
  }
}

async function take(fileSystem: FileSystem, file: string, nonce: string, deadline: number): Promise<void> {
  for (;;) {
    const found = findLease(fileSystem, file);
    if (!found && create(fileSystem, file, nonce)) return;
    if (found?.state === "held") throw busy(file, found);
    if (found?.state === "abandoned" && (await replace(fileSystem, file, nonce, found.nonce, deadline))) return;
    if (Date.now() > deadline) throw busy(file, found);
    await sleep(5 + Math.random() * 20);
  }
}

/** Puts an own lease where none is. False where one is. */
function create(fileSystem: FileSystem, file: string, nonce: string): boolean {
  const temporary = writeTemporary(fileSystem, file, nonce);
  try {
    fileSystem.link(temporary, file);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS" && code !== "EMLINK") throw error;
  } finally {
    discard(fileSystem, temporary);
  }
  // No hard links on this disk: exclusive creation. Whoever reads the lease before it is written finds it in the making.
  try {
    writeNewFile(fileSystem, file, leaseBytes(nonce));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Replaces the abandoned lease `old` by an own one. False where someone else was faster or is at it. */
async function replace(fileSystem: FileSystem, file: string, nonce: string, old: string, deadline: number): Promise<boolean> {
  const lock = file + takeover + old;
  const lockNonce = newNonce();
  try {
    await take(fileSystem, lock, lockNonce, deadline);
  } catch (error) {
    ownLeases().delete(lockNonce);
    if (error instanceof PromptTuningError && error.kind === "busy") return false;
    throw error;
  }
  try {
    const found = findLease(fileSystem, file);
    if (found?.nonce !== old || found.state !== "abandoned") return false;
    const temporary = writeTemporary(fileSystem, file, nonce);
    try {
      fileSystem.rename(temporary, file);
    } catch (error) {
      discard(fileSystem, temporary);
      throw error;
    }
    return true;
  } finally {
    discard(fileSystem, lock);
    ownLeases().delete(lockNonce);
  }
}

function discard(fileSystem: FileSystem, file: string): void {
  try {
    fileSystem.unlink(file);
  } catch {
    // Gone already, or removed with the leftovers later.
  }
}

function newNonce(): string {
  const nonce = randomBytes(12).toString("hex");
  ownLeases().add(nonce);
  return nonce;
}

function writeTemporary(fileSystem: FileSystem, file: string, nonce: string): string {
  const temporary = path.join(path.dirname(file), temporaryName("lease"));
  writeNewFile(fileSystem, temporary, leaseBytes(nonce));
  return temporary;
}

function leaseBytes(nonce: string): Uint8Array {
  const content: LeaseContent = { nonce, ...ownIdentity(), acquired: new Date().toISOString() };
  return Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
}

/**
 * Removes locks of leases that are no more (their nonces never come back, so nobody can depend on them) and old
 * temporary files of killed processes. Called by the holder only; a failure costs a small file.
 */
function removeLeftovers(fileSystem: FileSystem, file: string): void {
  const folder = path.dirname(file);
  try {
    for (const name of fileSystem.list(folder)) {
      const full = path.join(folder, name);
      const old = isTemporaryName(name) && name.startsWith(".lease.") && Date.now() - (fileSystem.stat(full)?.modified ?? Infinity) > leftoverMilliseconds;
      if (old || name.startsWith(path.basename(file) + takeover)) discard(fileSystem, full);
    }
  } catch {
    // See above.
  }
}

function busy(file: string, found: FoundLease | undefined): PromptTuningError {
  const holder = found?.holder;
  const minutes = Math.max(1, Math.ceil((silenceMilliseconds - (found?.heartbeatAgeMilliseconds ?? 0)) / 60_000));
  const elsewhere = holder !== undefined && holder.host !== ownIdentity().host;
  return new PromptTuningError("busy", "Another process holds this run.", {
    reason: holder
      ? `Process ${holder.pid} on ${holder.host.split(" ")[0]} has had it since ${holder.acquired}.`
      : "A lease is being taken at this moment.",
    advice: elsewhere
      ? `Stop it there. If it is gone already, the run is free ${minutes === 1 ? "in a minute" : `in ${minutes} minutes`}, or as soon as you delete "${path.basename(file)}".`
      : "Wait until it ends, or stop it, then try again.",
    file,
  });
}
