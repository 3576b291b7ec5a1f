import { setTimeout as delay } from "node:timers/promises";
import { httpError } from "./download-error.js";
import { hubRefusal } from "./hub-refusal.js";
import type { Repository } from "./repository.js";
import type { HubSettings } from "./hub-settings.js";
import { longestWaitSeconds, retryAfterSeconds } from "./retry-after.js";

const tries = 5;
const publicHub = "https://huggingface.co";

export interface HubFetchOptions {
  readonly repository: Repository;
  readonly settings: HubSettings;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
  /** First pause between tries, in milliseconds, doubled each time; 500 unless told. */
  readonly pause?: number;
}

/** What every call of `@huggingface/hub` is given: its address, the token, and a fetch that waits and explains. */
export function hubCall(options: HubFetchOptions): { readonly hubUrl?: string; readonly accessToken?: string; readonly fetch: typeof fetch } {
  const { endpoint, token } = options.settings;
  return { ...(endpoint ? { hubUrl: endpoint } : {}), ...(token ? { accessToken: token } : {}), fetch: hubFetch(options) };
}

/** fetch that can be stopped, waits where the hub is busy, and turns its refusals into sentences. @throws DownloadError. */
function hubFetch({ repository, settings, signal, fetch: fetchFunction = fetch, pause = 500 }: HubFetchOptions): typeof fetch {
  return async (input, init) => {
    for (let attempt = 1; ; attempt++) {
      const response = await fetchFunction(input, { ...init, signal: signal ?? null });
      const refusal = hubRefusal(response, { repository, hub: settings.endpoint ?? publicHub, hasToken: settings.token !== undefined });
      if (refusal) {
        await response.body?.cancel();
        throw refusal;
      }
      if (response.status !== 429 && response.status !== 503) return response;
      await response.body?.cancel();
      const wait = retryAfterSeconds(response.headers);
      if (attempt >= tries || wait > longestWaitSeconds) throw httpError(repository.name, response.url, response.status, wait);
      await delay(Math.max(pause * 2 ** (attempt - 1), wait * 1000), undefined, { signal });
    }
  };
}
