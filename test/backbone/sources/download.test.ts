import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DownloadError, type DownloadProblem } from "../../../src/backbone/sources/download-error.js";
import { download, type DownloadFileSystem, type DownloadRequest } from "../../../src/backbone/sources/download.js";
import type { SourceProgress } from "../../../src/backbone/sources/source.js";
import { bytes, sendFile, sha256, startServer, type FileServer } from "./file-server.js";

const content = bytes(3_000_000);
const expected = { size: content.length, sha256: sha256(content) };
let folder: string;
let server: FileServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ptune-download-"));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => path.join(folder, "deep", "model.gguf");
const request = (more: Partial<DownloadRequest> = {}): DownloadRequest => ({ url: `${server?.url}/model.gguf`, target: target(), label: "model.gguf", expected, pause: 5, ...more });

async function problemOf(work: Promise<unknown>): Promise<{ problem: DownloadProblem; text: string }> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DownloadError);
  return { problem: (error as DownloadError).problem, text: (error as DownloadError).describe() };
}

describe("download", () => {
  it("fetches, checks and names a file, and leaves nothing beside it", async () => {
    server = await startServer((incoming, response) => sendFile(incoming, response, content));
    const seen: SourceProgress[] = [];
    await download(request({ onProgress: (progress) => seen.push(progress) }));
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
    expect(await readdir(path.dirname(target()))).toEqual(["model.gguf"]);
    const downloading = seen.filter((progress) => progress.phase === "downloading");
    expect(downloading.at(-1)).toMatchObject({ done: content.length, total: content.length });
    expect(downloading.every((progress, i) => i === 0 || progress.done >= downloading[i - 1].done)).toBe(true);
  });

  it("does not fetch again what is there", async () => {
    server = await startServer((incoming, response) => sendFile(incoming, response, content));
    await download(request());
    await download(request());
    expect(server.requests).toHaveLength(1);
  });

  it("goes on after cut connections, fetching no byte twice", async () => {
    let sent = 0;
    server = await startServer((incoming, response, count) => {
      const start = Number(/bytes=(\d+)/.exec(incoming.headers.range ?? "")?.[1] ?? 0);
      sendFile(incoming, response, content, count <= 7 ? { cutAfter: 400_000 } : {});
      sent += count <= 7 ? 400_000 : content.length - start;
    });
    await download(request({ tries: 2 }));
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
    expect(server.requests.length).toBeGreaterThan(7);
    const starts = server.requests.map(({ range }) => Number(/bytes=(\d+)/.exec(range ?? "")?.[1] ?? 0));
    expect(starts[0]).toBe(0);
    expect(starts.slice(1).every((start, i) => start > starts[i])).toBe(true);
    expect(sent).toBeLessThan(content.length + 8 * 400_000);
  });

  it("goes on in a later call where the stopped one was", async () => {
    server = await startServer((incoming, response, count) => sendFile(incoming, response, content, count === 1 ? { cutAfter: 1_000_000 } : {}));
    const stop = new AbortController();
    const first = await problemOf(download(request({ signal: stop.signal, pause: 60_000, onProgress: ({ done }) => void (done >= 900_000 && setTimeout(() => stop.abort(), 60)) })));
    expect(first.problem).toBe("stopped");
    expect(first.text).toContain("goes on where it was");
    const kept = (await stat(`${target()}.partial`)).size;
    expect(kept).toBeGreaterThan(800_000);
    await download(request());
    expect(server.requests.at(-1)).toMatchObject({ range: `bytes=${kept}-` });
    expect(server.requests.at(-1)?.ifRange).toMatch(/^"/);
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
  });

  it("starts over when the file on the server has changed since", async () => {
    const other = bytes(content.length, 99);
    server = await startServer((incoming, response, count) => sendFile(incoming, response, count === 1 ? other : content, count === 1 ? { cutAfter: 500_000 } : {}));
    await download(request());
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
  });

  it("starts over when kept bytes turn out to be of another version", async () => {
    server = await startServer((incoming, response) => sendFile(incoming, response, content, { etag: 'W/"weak"' }));
    await download(request({ expected: { ...expected } })).then(() => rm(target()));
    await writeFile(`${target()}.partial`, bytes(1_000_000, 5));
    await download(request());
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, "bytes=1000000-", undefined]);
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
  });

  it("copes with a server that knows no ranges", async () => {
    server = await startServer((_incoming, response, count) => {
      response.writeHead(200, { "content-length": content.length });
      if (count === 1) response.write(content.subarray(0, 700_000), () => setTimeout(() => response.destroy(), 30));
      else response.end(content);
    });
    await download(request());
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
  });

  it("takes a whole partial file without asking for more", async () => {
    server = await startServer((incoming, response) => sendFile(incoming, response, content));
    await download(request({ expected: undefined }));
    await rename(target(), `${target()}.partial`);
    await download(request());
    expect(server.requests).toHaveLength(1);
    expect(existsSync(target())).toBe(true);
  });

  it.each([
    [404, "not-found", /no such file/],
    [401, "unauthorized", /HF_TOKEN/],
    [403, "unauthorized", /permission/],
    [418, "server", /HTTP 418/],
  ] as const)("says what HTTP %i means, without trying again", async (status, problem, text) => {
    server = await startServer((_incoming, response) => void response.writeHead(status).end("no"));
    const found = await problemOf(download(request()));
    expect(found.problem).toBe(problem);
    expect(found.text).toMatch(text);
    expect(server.requests).toHaveLength(1);
    expect(existsSync(target())).toBe(false);
  });

  it("tries again when the server is busy, then succeeds", async () => {
    server = await startServer((incoming, response, count) => {
      if (count < 4) response.writeHead(count === 1 ? 503 : 429, { "retry-after": "0" }).end();
      else sendFile(incoming, response, content);
    });
    await download(request());
    expect(server.requests).toHaveLength(4);
  });

  it("gives up after tries without a byte", async () => {
    server = await startServer((_incoming, response) => void response.writeHead(500).end());
    const found = await problemOf(download(request({ tries: 3 })));
    expect(found.problem).toBe("server");
    expect(server.requests).toHaveLength(3);
  });

  it("says that there is no network", async () => {
    server = await startServer((_incoming, response) => void response.end());
    const gone = server.url;
    await server.close();
    const refused = await problemOf(download(request({ url: `${gone}/model.gguf`, tries: 2 })));
    expect(refused).toMatchObject({ problem: "unreachable" });
    expect(refused.text).toContain("refused");
    const offline = (() => Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }) }))) as typeof fetch;
    const unknown = await problemOf(download(request({ url: "http://user:secret@somewhere.invalid/x?token=1", fetch: offline })));
    expect(unknown.problem).toBe("unreachable");
    expect(unknown.text).toContain("no network");
    expect(unknown.text).not.toMatch(/secret|token=1/);
    const untrusted = (() => Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error("cert"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }) }))) as typeof fetch;
    expect((await problemOf(download(request({ fetch: untrusted })))).text).toContain("NODE_EXTRA_CA_CERTS");
  });

  it("gives up a silent server", async () => {
    server = await startServer((_incoming, response) => void response.writeHead(200, { "content-length": content.length }).write(Buffer.alloc(10)));
    const found = await problemOf(download(request({ silence: 40, tries: 2, expected: undefined })));
    expect(found.problem).toBe("unreachable");
  });

  it("refuses another size before it downloads, and another hash after", async () => {
    server = await startServer((incoming, response) => sendFile(incoming, response, content));
    const size = await problemOf(download(request({ expected: { size: 5, sha256: expected.sha256 } })));
    expect(size.problem).toBe("wrong-size");
    expect(size.text).toContain(`${content.length} bytes; 5 were expected`);
    const hash = await problemOf(download(request({ expected: { size: content.length, sha256: "0".repeat(64) } })));
    expect(hash.problem).toBe("wrong-hash");
    expect(hash.text).toContain(expected.sha256);
    expect(await readdir(path.dirname(target()))).toEqual([]);
  });

  it("keeps what it has when the disk is full, and goes on when there is room", async () => {
    server = await startServer((incoming, response) => sendFile(incoming, response, content));
    for (const [code, problem] of [
      ["ENOSPC", "disk-full"],
      ["EIO", "storage"],
    ] as const) {
      const found = await problemOf(download(request({ fileSystem: failingAfter(600_000, code) })));
      expect(found.problem).toBe(problem);
      expect(found.text).toContain("PTUNE_CACHE");
    }
    expect((await stat(`${target()}.partial`)).size).toBeGreaterThanOrEqual(600_000);
    await download(request());
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]/);
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
  });

  it("fails in words whichever operation of the disk fails, and the next call succeeds", async () => {
    server = await startServer((incoming, response) => sendFile(incoming, response, content));
    let failures = 0;
    for (let n = 1; ; n++) {
      const disk = failingOperation(n);
      const error = await download(request({ fileSystem: disk.fileSystem })).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      if (!disk.failed()) break;
      failures++;
      if (error !== undefined) expect(error).toMatchObject({ kind: "storage" });
      // Either the call said so, or the failure was one that trying again heals.
      if (error === undefined) expect(sha256(await readFile(target()))).toBe(expected.sha256);
      await rm(path.dirname(target()), { recursive: true, force: true });
      expect(n).toBeLessThan(2000);
    }
    console.log(`${failures} operations of the disk were made to fail, one at a time`);
    expect(failures).toBeGreaterThan(10);
    await rm(target(), { force: true });
    await download(request());
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
  });

  it("lets one of several processes download and the others use its file", async () => {
    server = await startServer((incoming, response) => {
      setTimeout(() => sendFile(incoming, response, content), 300);
    });
    const results = await Promise.all([1, 2, 3].map(() => download(request())));
    expect(results).toHaveLength(3);
    expect(server.requests).toHaveLength(1);
    expect(sha256(await readFile(target()))).toBe(expected.sha256);
  });
});

/** A file system on which writing fails once so many bytes are in the file. */
function failingAfter(limit: number, code: string): DownloadFileSystem {
  return {
    rename,
    rm,
    open: (async (...given: Parameters<typeof open>) => {
      const handle = await open(...given);
      const write = handle.write.bind(handle) as (...passed: unknown[]) => Promise<unknown>;
      return Object.assign(handle, {
        write: (buffer: Uint8Array, offset: number, length: number, position: number) =>
          position + length > limit + 600_000 || position >= limit ? Promise.reject(Object.assign(new Error(code), { code })) : write(buffer, offset, length, position),
      });
    }) as typeof open,
  };
}

/** A file system whose n-th operation fails. */
function failingOperation(n: number): { fileSystem: DownloadFileSystem; failed: () => boolean } {
  let count = 0;
  const guard = <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> =>
      ++count === n ? Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" })) : work(...given);
  return {
    failed: () => count >= n,
    fileSystem: {
      rename: guard(rename),
      rm: guard(rm) as typeof rm,
      open: guard(async (...given: Parameters<typeof open>) => {
        const handle = await open(...given);
        const write = handle.write.bind(handle) as (...passed: unknown[]) => Promise<unknown>;
        const sync = handle.sync.bind(handle);
        return Object.assign(handle, { write: guard(write), sync: guard(sync) });
      }) as typeof open,
    },
  };
}
