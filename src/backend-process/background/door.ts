import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { removeBackgroundAddress, socketFolderPrefix, writeBackgroundAddress } from "../../protocol/backend/background-address.js";
import type { Channel } from "../../protocol/channel.js";
import { SocketChannel } from "../../protocol/socket-channel.js";
import { ownIdentity } from "../../runs/process-identity.js";

export interface DoorOptions {
  /** A window has connected; it still has to say hello, with this token. */
  readonly onChannel: (channel: Channel, token: string) => void;
  /** Where heartbeats are to be heard; null: nowhere any more. */
  readonly onPulse: (address: string | null) => void;
  readonly log: (level: "info" | "warning", text: string) => void;
}

interface OpenDoor {
  readonly stateFolder: string;
  readonly server: net.Server;
  readonly folder?: string;
  readonly addressFile: string;
}

/**
 * The way into this process for a window that did not fork it: a local socket in a folder that only this user can enter,
 * told of by a file in the window's state folder. It is open while there are runs that may go on without a window: also
 * before the window closes, since the next one may look before the last one is quite gone.
 */
export class BackgroundDoor {
  private open?: OpenDoor;

  constructor(private readonly options: DoorOptions) {}

  /** Opens or closes it. @param stateFolder where it is told of; undefined: nowhere, closed. */
  set(stateFolder: string | undefined): void {
    if (stateFolder === this.open?.stateFolder) return;
    this.close();
    if (stateFolder === undefined) return;
    try {
      this.open = this.openFor(stateFolder);
    } catch (error) {
      this.options.log("warning", `Runs cannot go on without this window: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  close(): void {
    if (!this.open) return;
    const { server, folder, addressFile } = this.open;
    this.open = undefined;
    this.options.onPulse(null);
    server.close();
    removeBackgroundAddress(addressFile);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }

  private openFor(stateFolder: string): OpenDoor {
    const token = randomBytes(24).toString("hex");
    // mkdtemp makes folders that only their owner can enter.
    const folder = process.platform === "win32" ? undefined : mkdtempSync(path.join(path.resolve(os.tmpdir()), socketFolderPrefix));
    const pipe = `\\\\.\\pipe\\${socketFolderPrefix}${randomBytes(16).toString("hex")}`;
    const address = folder === undefined ? pipe : path.join(folder, "line");
    const pulse = folder === undefined ? `${pipe}-pulse` : path.join(folder, "pulse");
    const server = net.createServer((socket) => this.options.onChannel(new SocketChannel(socket, undefined, (reason) => this.options.log("warning", `A window that connected was cut off: ${reason}.`)), token));
    server.on("error", (error) => {
      this.options.log("warning", `Runs cannot go on without this window: ${error.message}`);
      this.close();
    });
    server.listen(address);
    server.unref();
    this.options.onPulse(pulse);
    const { pid, started } = ownIdentity();
    return { stateFolder, server, folder, addressFile: writeBackgroundAddress(stateFolder, { version: 1, pid, started, address, pulse, token }) };
  }
}
