import { DownloadError, displayUrl } from "./download-error.js";
import type { Repository } from "./repository.js";

export interface RefusedRequest {
  readonly repository: Repository;
  /** The hub's address for people, where terms are accepted. */
  readonly hub: string;
  readonly hasToken: boolean;
}

/**
 * A refusal of the hub in words, by the code that it sends beside the status (X-Error-Code, as huggingface_hub's
 * hf_raise_for_status reads it); undefined where the answer is none of these.
 */
export function hubRefusal({ status, headers, url }: Response, { repository: { type, name }, hub, hasToken }: RefusedRequest): DownloadError | undefined {
  const code = headers.get("x-error-code");
  const said = headers.get("x-error-message")?.slice(0, 200) ?? "";
  const what = type === "model" ? "model" : "data set";
  const page = `${hub}/${type === "model" ? "" : "datasets/"}${name}`;
  const refusal = (message: string, reason: string, advice: string): DownloadError => new DownloadError("unauthorized", message, { reason, advice });
  if (code === "GatedRepo" && (status === 401 || status === 403)) {
    const message = `The ${what} ${name} is given only to those who accept its licence or terms.`;
    return hasToken
      ? refusal(message, "The account of your token has not accepted them, or waits for the publisher's approval.", `Accept them at ${page} with the account that HF_TOKEN belongs to, then start again.`)
      : refusal(message, "The hub was asked without a token.", `Sign in at ${page}, accept the terms there, make a token with the right to read under Settings, Access Tokens, set HF_TOKEN to it, and start again.`);
  }
  if (code === "RepoNotFound" && (status === 401 || status === 404)) {
    return new DownloadError("not-found", `The hub has no ${what} ${name} that you may see.`, {
      reason: hasToken ? "It does not exist, or it is private and your token may not read it." : "It does not exist, or it is private.",
      advice: `Check the name${hasToken ? " and the rights of HF_TOKEN" : "; for a private one set HF_TOKEN to a token that may read it"}.`,
    });
  }
  if (code === "DisabledRepo" || status === 451) return refusal(`The ${what} ${name} has been closed by the hub.`, said ? `It says: ${said}.` : `It answered HTTP ${status}.`, "Use another one.");
  if (status === 401 && hasToken) return refusal(`The hub does not accept your token.`, `It answered HTTP 401 at ${displayUrl(url)}: the token has expired or was withdrawn.`, "Make a new one under Settings, Access Tokens and set HF_TOKEN to it; unset it for public models.");
  if (status === 403) return refusal(`Your token may not read the ${what} ${name}.`, said ? `The hub says: ${said}.` : "The hub answered HTTP 403.", "Give the token the right to read it (fine-grained tokens name their repositories; gated ones need a right of their own), or use another one.");
  return undefined;
}
