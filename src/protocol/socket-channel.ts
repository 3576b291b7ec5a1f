import type { Socket } from "node:net";
import type { Channel } from "./channel.js";
import { ChannelEvents } from "./channel-events.js";

/** Longest message, in bytes. What is longer ends the connection: it could fill the memory. */
export const mostMessageBytes = 64 * 2 ** 20;

/** Messages as lines of JSON over a local socket. */
export class SocketChannel implements Channel {
  private readonly events = new ChannelEvents();
  private pieces: Buffer[] = [];
  private length = 0;

  constructor(
    private readonly socket: Socket,
    private readonly most = mostMessageBytes,
    /** Told why the connection was ended by this side. */
    private readonly onViolation: (reason: string) => void = () => {},
  ) {
    socket.on("data", (data: Buffer) => this.receive(data));
    socket.on("error", () => this.close());
    socket.on("end", () => this.close());
    socket.on("close", () => this.close());
  }

  send(message: unknown): void {
    const line = `${JSON.stringify(message)}\n`;
    if (!this.events.closed && this.socket.writable) this.socket.write(line);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.events.onMessage(listener);
  }

  onClose(listener: () => void): void {
    this.events.onClose(listener);
  }

  /** What was sent before still reaches the other side. */
  close(): void {
    if (!this.events.close()) return;
    this.socket.end();
    // A side that does not read must not keep the connection.
    setTimeout(() => this.socket.destroy(), lingerMilliseconds).unref();
  }

  private receive(data: Buffer): void {
    let from = 0;
    for (let at = data.indexOf(newline); at >= 0 && !this.events.closed; at = data.indexOf(newline, from)) {
      this.take(data.subarray(from, at));
      const line = Buffer.concat(this.pieces, this.length);
      this.pieces = [];
      this.length = 0;
      from = at + 1;
      if (line.length > this.most) return this.refuse(`a message is longer than ${this.most} bytes`);
      this.read(line);
    }
    if (from < data.length) this.take(data.subarray(from));
    if (this.length > this.most) this.refuse(`a message is longer than ${this.most} bytes`);
  }

  private take(piece: Buffer): void {
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.length += piece.length;
  }

  private read(line: Buffer): void {
    let message: unknown;
    try {
      message = JSON.parse(line.toString("utf8"));
    } catch {
      return this.refuse("a line is not JSON");
    }
    this.events.message(message);
  }

  private refuse(reason: string): void {
    this.pieces = [];
    this.length = 0;
    this.onViolation(reason);
    this.close();
  }
}

const newline = 0x0a;
const lingerMilliseconds = 1000;
