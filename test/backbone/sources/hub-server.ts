import { createHash } from "node:crypto";
import { bytes, sendFile, sha256, startServer, type FileServer } from "./file-server.js";

export const commit = "0123456789abcdef0123456789abcdef01234567";

export interface HubOptions {
  readonly files: Record<string, Buffer>;
  /** Paths kept in large-file storage (served from another address after a redirect). */
  readonly large?: readonly string[];
  /** Token that is asked for. */
  readonly token?: string;
  /** The large files' connections break after so many bytes, this many times. */
  readonly cuts?: { after: number; times: number };
  /** What the tree says in place of the true list. */
  readonly tree?: unknown;
  readonly repository?: string;
  /** What its card says. */
  readonly licence?: string;
  /** Every question is answered so, as for gated, private, closed or unknown repositories. */
  readonly refusal?: { readonly status: number; readonly code?: string; readonly message?: string };
  /** So many answers are 429, each with this Retry-After. */
  readonly busy?: { times: number; readonly retryAfter: string };
  /** A former name, from which it redirects. */
  readonly movedFrom?: string;
  /** Kind of the repository; models have no folder of their own in addresses. */
  readonly type?: "model" | "dataset";
}

/** A local server that speaks the hub's protocol: model info, tree, resolve with ETag, X-Linked-Size, X-Repo-Commit, Range, redirects. */
export async function startHub(options: HubOptions): Promise<FileServer> {
  const repository = options.repository ?? "owner/tiny";
  const type = options.type ?? "model";
  const above = type === "dataset" ? "/datasets" : "";
  let cuts = options.cuts?.times ?? 0;
  return startServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    const json = (status: number, value: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(JSON.stringify(value));
    const route = decodeURIComponent(url.pathname);
    if (route.startsWith("/cdn/")) {
      if (request.headers.authorization) return json(400, { error: "the token must not be sent to another host" });
      const content = options.files[route.slice("/cdn/".length)];
      const cutting = request.headers.range !== "bytes=0-0" && cuts-- > 0 ? { cutAfter: options.cuts?.after } : {};
      return sendFile(request, response, content, cutting);
    }
    const { refusal, busy, movedFrom } = options;
    if (refusal) return json(refusal.status, { error: "no" }, { ...(refusal.code ? { "x-error-code": refusal.code } : {}), ...(refusal.message ? { "x-error-message": refusal.message } : {}) });
    if (busy && busy.times > 0) {
      busy.times--;
      return json(429, { error: "rate limit" }, { "retry-after": busy.retryAfter });
    }
    if (movedFrom && route.includes(`/${movedFrom}/`)) return void response.writeHead(307, { location: (request.url ?? "").replace(`/${movedFrom}/`, `/${repository}/`) }).end();
    if (options.token && request.headers.authorization !== `Bearer ${options.token}`) return json(401, { error: "Invalid credentials" });
    const revisions = ["main", commit, "v1/stable"];
    const info = new RegExp(`^/api/${type}s/${repository}/revision/(.+)$`).exec(route);
    if (info && revisions.includes(info[1])) return json(200, { _id: "1", id: repository, sha: commit, lastModified: "2025-01-01T00:00:00.000Z", private: false, gated: false, downloads: 1, likes: 0, ...(options.licence ? { cardData: { license: options.licence } } : {}) });
    if (route === `/api/${type}s/${repository}/tree/${commit}`) {
      const entries = Object.entries(options.files).map(([path, content]) => ({
        type: "file",
        path,
        size: content.length,
        oid: createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex"),
        ...(options.large?.includes(path) ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 134 } } : {}),
      }));
      if (options.tree) return json(200, options.tree);
      // Two pages, as the hub does for long lists.
      const second = url.searchParams.get("cursor") === "2";
      const half = Math.ceil(entries.length / 2);
      return json(200, second ? entries.slice(half) : entries.slice(0, half), second ? {} : { link: `<http://${request.headers.host}${url.pathname}?recursive=true&cursor=2>; rel="next"` });
    }
    const resolve = new RegExp(`^${above}/${repository}/resolve/${commit}/(.+)$`).exec(route);
    const content = resolve ? options.files[resolve[1]] : undefined;
    if (resolve && content) {
      const headers = { "x-repo-commit": commit };
      if (!options.large?.includes(resolve[1])) return sendFile(request, response, content, { headers });
      const linked = { ...headers, "x-linked-size": String(content.length), "x-linked-etag": `"${sha256(content)}"` };
      const host = request.headers.host?.replace("127.0.0.1", "localhost");
      return void response.writeHead(302, { location: `http://${host}/cdn/${resolve[1]}`, ...linked }).end();
    }
    json(404, { error: "Repository not found" }, resolve ? { "x-error-code": "EntryNotFound" } : {});
  });
}

/** An ONNX repository as exporters write it, with several models. */
export function onnxRepository(): { files: Record<string, Buffer>; large: string[] } {
  const files = {
    "README.md": Buffer.from("# tiny\n"),
    "config.json": Buffer.from('{"model_type":"llama"}'),
    "tokenizer.json": bytes(40_000, 3),
    "tokenizer_config.json": Buffer.from("{}"),
    "onnx/model.onnx": bytes(100_000, 4),
    "onnx/model.onnx_data": bytes(900_000, 5),
    "onnx/model_q4.onnx": bytes(50_000, 6),
    "onnx/model_q4.onnx_data": bytes(60_000, 7),
  };
  return { files, large: Object.keys(files).filter((name) => name.startsWith("onnx/")) };
}
