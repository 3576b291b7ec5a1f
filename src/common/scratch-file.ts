import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, statfs, unlink } from "node:fs/promises";
import path from "node:path";

/** Of what is free on the disk, a scratch file leaves at least this share to others. */
const leftToOthers = 0.5;

/**
 * Bytes that need not outlive the process, on the disk instead of in memory. The file loses its name as soon as it is
 * open: however the process ends, the system takes the space back. A disk that is full or fails is no error: what was
 * not written is not there.
 */
export class ScratchFile {
  private opened?: Promise<{ readonly file: FileHandle; readonly limit: number } | undefined>;
  private end = 0;

  /** @param mostBytes it grows to at most, and to at most half of the disk's free space. */
  constructor(
    private readonly folder: string,
    private readonly mostBytes: number,
  ) {}

  /** @returns where the bytes begin; undefined where there is no room. */
  async write(bytes: Uint8Array): Promise<number | undefined> {
    if (this.end + bytes.byteLength > this.mostBytes) return undefined;
    const place = this.end;
    this.end += bytes.byteLength;
    const opened = await (this.opened ??= this.open());
    if (!opened || place + bytes.byteLength > opened.limit) return undefined;
    try {
      let done = 0;
      while (done < bytes.byteLength) done += (await opened.file.write(bytes, done, bytes.byteLength - done, place + done)).bytesWritten;
      return place;
    } catch {
      return undefined;
    }
  }

  /** Fills `into` with what was written at a place; false where that cannot be read. */
  async read(place: number, into: Uint8Array): Promise<boolean> {
    const opened = await this.opened;
    if (!opened) return false;
    try {
      let done = 0;
      while (done < into.byteLength) {
        const { bytesRead } = await opened.file.read(into, done, into.byteLength - done, place + done);
        if (bytesRead === 0) return false;
        done += bytesRead;
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Gives the space back. Written to again, it begins anew. */
  async clear(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    this.end = 0;
    await (await opened)?.file.close().catch(() => {});
  }

  private async open(): Promise<{ file: FileHandle; limit: number } | undefined> {
    const name = path.join(this.folder, `${randomUUID()}.scratch`);
    let file: FileHandle | undefined;
    try {
      await mkdir(this.folder, { recursive: true });
      file = await open(name, "wx+", 0o600);
      await unlink(name);
      const { bavail, bsize } = await statfs(this.folder);
      return { file, limit: bavail * bsize * (1 - leftToOthers) };
    } catch {
      await file?.close().catch(() => {});
      return undefined;
    }
  }
}
