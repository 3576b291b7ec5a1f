import { PromptTuningError, type ErrorDetails, type ErrorKind } from "../../common/errors.js";

export type DownloadProblem =
  | "unreachable" // no network, host unknown, connection refused or cut again and again
  | "certificate" // the server's certificate is not trusted by Node
  | "not-found" // 404, 410
  | "unauthorized" // 401, 403
  | "server" // any other answer that is no file
  | "wrong-size"
  | "wrong-hash"
  | "disk-full"
  | "storage" // permission, input/output error
  | "busy" // another process holds the download
  | "stopped";

const kinds: Record<DownloadProblem, ErrorKind> = {
  unreachable: "network",
  certificate: "network",
  "not-found": "network",
  unauthorized: "network",
  server: "network",
  "wrong-size": "integrity",
  "wrong-hash": "integrity",
  "disk-full": "storage",
  storage: "storage",
  busy: "busy",
  stopped: "stopped",
};

/** A download that did not succeed; `problem` says how, so that a caller can try another way. */
export class DownloadError extends PromptTuningError {
  constructor(
    readonly problem: DownloadProblem,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(kinds[problem], message, details);
    this.name = "DownloadError";
  }
}

/** The code of a system error, looked for along the chain of causes (fetch hides it one or two levels down). */
export function systemCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 6; current = current.cause, depth++) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    if (current instanceof AggregateError && current.errors.length > 0) {
      const inner = systemCode(current.errors[0]);
      if (inner) return inner;
    }
  }
  return undefined;
}

/** A URL for messages: without user name, password, query and fragment. A plain name ("the hub") stays as it is. */
export function displayUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return url.includes("/") ? "(not a URL)" : url;
  }
}

export function stoppedError(label: string): DownloadError {
  return new DownloadError("stopped", `The download of ${label} was stopped.`, {
    advice: "Start it again: it goes on where it was.",
  });
}

/** A failure of the network layer, in words. */
export function networkError(label: string, url: string, cause: unknown): DownloadError {
  const code = systemCode(cause) ?? "";
  const place = displayUrl(url);
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code)) {
    return new DownloadError("certificate", `${label} could not be downloaded from ${place}.`, {
      reason: `The server's certificate is not trusted here (${code}).`,
      advice: "Behind a company proxy, set NODE_EXTRA_CA_CERTS to its certificate file.",
      cause,
    });
  }
  const reasons: Record<string, string> = {
    ENOTFOUND: "The host name is not known: there seems to be no network.",
    EAI_AGAIN: "The host name could not be looked up: there seems to be no network.",
    ECONNREFUSED: "The connection was refused.",
    ENETUNREACH: "There is no network.",
  };
  return new DownloadError("unreachable", `${label} could not be downloaded from ${place}.`, {
    reason: reasons[code] ?? `The connection failed${code ? ` (${code})` : ""}.`,
    advice: "Check the network and start again: what has arrived is kept and the download goes on there.",
    cause,
  });
}

/** A failure of the file system, in words. */
export function storageError(label: string, file: string, cause: unknown): DownloadError {
  const code = systemCode(cause) ?? "unknown error";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new DownloadError("disk-full", `${label} could not be stored: the disk is full.`, {
      file,
      reason: `Writing ${file} failed (${code}).`,
      advice: "Free some space, or name another folder with PTUNE_CACHE, and start again.",
      cause,
    });
  }
  return new DownloadError("storage", `${label} could not be stored.`, {
    file,
    reason: `Writing ${file} failed (${code}).`,
    advice: "Check the folder's permissions, or name another folder with PTUNE_CACHE.",
    cause,
  });
}

/** An answer that is no file, in words. @param wait seconds that the server asks to wait */
export function httpError(label: string, url: string, status: number, wait = 0): DownloadError {
  const place = displayUrl(url);
  const message = `${label} could not be downloaded from ${place}.`;
  if (status === 404 || status === 410) {
    return new DownloadError("not-found", message, { reason: `There is no such file (HTTP ${status}).`, advice: "Check its name and revision." });
  }
  if (status === 401 || status === 403) {
    return new DownloadError("unauthorized", message, {
      reason: `The server asks for permission (HTTP ${status}).`,
      advice: "For a private or gated model of the hub, set HF_TOKEN to a token that may read it, and accept the model's terms there.",
    });
  }
  const later = wait > 0 ? `Try again in ${wait < 120 ? `${wait} seconds` : `${Math.ceil(wait / 60)} minutes`}` : "Try again later";
  if (status === 429) {
    return new DownloadError("server", message, { reason: "The server gets too many requests from here (HTTP 429).", advice: `${later}; what has arrived is kept. On the hub a token (HF_TOKEN) raises the limit.` });
  }
  return new DownloadError("server", message, { reason: `The server answered HTTP ${status}.`, advice: `${later}.` });
}
