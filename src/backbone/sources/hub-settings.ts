import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";

/** How the hub is reached: the settings huggingface_hub reads too. */
export interface HubSettings {
  /** Without a slash at its end; the library's own default when absent. */
  readonly endpoint?: string;
  readonly token?: string;
  /** Folder of the hub clients' shared cache; looked into, never written. */
  readonly sharedCache: string;
  readonly offline: boolean;
}

/** @throws PromptTuningError usage: HF_ENDPOINT is no http address or the token has not the form of one. */
export async function hubSettings(environment: NodeJS.ProcessEnv = process.env): Promise<HubSettings> {
  const home = environment.HF_HOME || path.join(environment.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "huggingface");
  const endpoint = environment.HF_ENDPOINT?.trim().replace(/\/+$/, "") || undefined;
  if (endpoint && !/^https?:\/\/[^/]/.test(endpoint)) {
    throw new PromptTuningError("usage", "HF_ENDPOINT is not an address that can be used.", { reason: `It is "${endpoint}".`, advice: "Set it to an http:// or https:// address, or unset it." });
  }
  const stored = await readFile(environment.HF_TOKEN_PATH || path.join(home, "token"), "utf8").catch(() => "");
  const token = environment.HF_TOKEN?.trim() || stored.trim() || undefined;
  if (token && !token.startsWith("hf_")) {
    throw new PromptTuningError("usage", "The hub's access token has not the form of one.", { reason: 'Tokens begin with "hf_".', advice: "Check HF_TOKEN, or unset it for public models." });
  }
  return {
    endpoint,
    token,
    sharedCache: environment.HF_HUB_CACHE || path.join(home, "hub"),
    offline: /^(1|true|yes|on)$/i.test(environment.HF_HUB_OFFLINE ?? ""),
  };
}
