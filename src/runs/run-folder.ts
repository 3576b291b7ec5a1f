import { randomBytes } from "node:crypto";
import path from "node:path";

/** Where the parts of a run lie. Folder name: `<name>-<yyyymmdd>-<hhmmss>-<id>`, id six hexadecimal digits, time in UTC. */
export class RunFolder {
  constructor(readonly path: string) {}

  /** The folder's own name. */
  get name(): string {
    return path.basename(this.path);
  }
  /** The short id, or the whole name where the folder was renamed by hand. */
  get id(): string {
    return namePattern.exec(this.name)?.[3] ?? this.name;
  }
  /** The experiment's name as the folder tells it. */
  get experimentName(): string {
    return namePattern.exec(this.name)?.[1] ?? this.name;
  }
  /** When the run was made, `yyyymmdd-hhmmss`; "" where the folder was renamed by hand. */
  get time(): string {
    return namePattern.exec(this.name)?.[2] ?? "";
  }
  get experiment(): string {
    return path.join(this.path, "experiment.json");
  }
  get environment(): string {
    return path.join(this.path, "environment.json");
  }
  get journal(): string {
    return path.join(this.path, "journal.jsonl");
  }
  get checkpoints(): string {
    return path.join(this.path, "checkpoints");
  }
  get adapter(): string {
    return path.join(this.path, "adapter");
  }
  get lease(): string {
    return path.join(this.path, "lease.json");
  }
}

const namePattern = /^(.+)-(\d{8}-\d{6})-([0-9a-f]{6})$/;

/** A new folder name for a run of the experiment. */
export function newRunName(experimentName: string, now: Date): string {
  const safe = experimentName.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^[^A-Za-z0-9]+/, "").slice(0, 64) || "run";
  const [date, time] = now.toISOString().split("T");
  return `${safe}-${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${randomBytes(3).toString("hex")}`;
}
