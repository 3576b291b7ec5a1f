import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { SocketChannel } from "../../src/protocol/socket-channel.js";

/** The two sockets of one connection. */
async function connection(): Promise<readonly [net.Socket, net.Socket]> {
  const folder = mkdtempSync(path.join(tmpdir(), "ptune-socket-"));
  const address = process.platform === "win32" ? `\\\\.\\pipe\\${path.basename(folder)}` : path.join(folder, "line");
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(address, resolve));
  const accepted = new Promise<net.Socket>((resolve) => server.once("connection", resolve));
  const near = net.connect(address);
  const far = await accepted;
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return [near, far];
}

/** What a channel makes of bytes that arrive in these pieces. */
function read(pieces: readonly Buffer[], most?: number): { messages: unknown[]; violations: string[]; closed: boolean } {
  const socket = new PassThrough();
  const violations: string[] = [];
  const channel = new SocketChannel(socket as unknown as net.Socket, most, (reason) => violations.push(reason));
  const messages: unknown[] = [];
  let closed = false;
  channel.onMessage((message) => messages.push(message));
  channel.onClose(() => (closed = true));
  for (const piece of pieces) socket.emit("data", piece);
  return { messages, violations, closed };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0, i = 0; from < bytes.length; i++) {
    pieces.push(bytes.subarray(from, from + sizes[i % sizes.length]));
    from += sizes[i % sizes.length];
  }
  return pieces;
}

test("messages arrive whole and in order, however their bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), (values, sizes) => {
      const lines = values.map((value) => JSON.stringify(value));
      const { messages, violations, closed } = read(cut(Buffer.from(lines.map((line) => `${line}\n`).join("")), sizes));
      expect(messages).toEqual(lines.map((line) => JSON.parse(line)));
      expect({ violations, closed }).toEqual({ violations: [], closed: false });
    }),
  );
});

test("arbitrary bytes: never an exception, and the first line that is not JSON ends it", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), (pieces) => {
      const { violations, closed } = read(pieces.map((piece) => Buffer.from(piece)), 100);
      expect(closed).toBe(violations.length > 0);
      expect(violations.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2000 },
  );
});

test("a message that is too long ends the connection before it is whole", () => {
  const part = Buffer.from("x".repeat(60));
  expect(read([part], 100).closed).toBe(false);
  expect(read([part, part], 100)).toEqual({ messages: [], violations: ["a message is longer than 100 bytes"], closed: true });
  expect(read([Buffer.from(`1\n"${"x".repeat(200)}"\n2\n`)], 100)).toEqual({ messages: [1], violations: ["a message is longer than 100 bytes"], closed: true });
});

test("two channels over a real socket: what was sent before closing arrives, then the other side is told", async () => {
  const [near, far] = await connection();
  const one = new SocketChannel(near);
  const other = new SocketChannel(far);
  const heard: unknown[] = [];
  other.onMessage((message) => heard.push(message));
  const closed = new Promise<void>((resolve) => other.onClose(resolve));
  const large = "é".repeat(1_000_000);
  one.send({ text: large });
  one.send([1]);
  one.close();
  one.close();
  one.send("after the end");
  await closed;
  expect(heard).toEqual([{ text: large }, [1]]);
  let told = false;
  one.onClose(() => (told = true));
  expect(told).toBe(true);
});
