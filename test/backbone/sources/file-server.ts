import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request shall meet. Return true when it was answered. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, count: number) => boolean;

export interface FileServer {
  readonly url: string;
  /** Every request so far: method, path and Range header. */
  readonly requests: { method: string; path: string; range?: string; ifRange?: string; authorization?: string }[];
  close(): Promise<void>;
}

/** A local HTTP server; `answer` gets every request. */
export async function startServer(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void): Promise<FileServer> {
  const requests: FileServer["requests"] = [];
  const server = createServer((request, response) => {
    requests.push({
      method: request.method ?? "",
      path: request.url ?? "",
      range: request.headers.range,
      ifRange: request.headers["if-range"] as string | undefined,
      authorization: request.headers.authorization,
    });
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Sends bytes as a static file server does: ETag, Range, If-Range, 416. `cutAfter` breaks the connection after so many bytes. */
export function sendFile(request: IncomingMessage, response: ServerResponse, content: Buffer, options: { etag?: string; cutAfter?: number; headers?: Record<string, string> } = {}): void {
  const etag = options.etag ?? `"${createHash("sha1").update(content).digest("hex")}"`;
  const headers: Record<string, string> = { etag, "accept-ranges": "bytes", ...options.headers };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const sameVersion = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  let body = content;
  let status = 200;
  if (range && sameVersion) {
    const start = Number(range[1]);
    const end = range[2] ? Math.min(Number(range[2]), content.length - 1) : content.length - 1;
    if (start >= content.length) {
      response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
      return;
    }
    status = 206;
    body = content.subarray(start, end + 1);
    headers["content-range"] = `bytes ${start}-${end}/${content.length}`;
  }
  headers["content-length"] = String(body.length);
  response.writeHead(status, headers);
  if (options.cutAfter === undefined || options.cutAfter >= body.length) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, options.cutAfter), () => setTimeout(() => response.destroy(), 30));
}

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Bytes without pattern, the same every time. */
export function bytes(length: number, seed = 1): Buffer {
  const content = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    content[i] = state >>> 24;
  }
  return content;
}
