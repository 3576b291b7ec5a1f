import { PromptTuningError } from "../../common/errors.js";
import { nearestOf } from "../../common/nearest.js";
import { listCatalogue } from "./catalogue.js";
import { resolveModelSource } from "./resolve.js";
import type { FetchOptions, ModelFiles } from "./source.js";

/**
 * Fetches a backbone by the name a person gives: one of the catalogue, or owner/name of the hub.
 * @throws PromptTuningError usage: there is no such name; and those of fetching.
 */
export async function fetchBackbone(name: string, { cache, ...options }: FetchOptions & { readonly cache?: string }): Promise<ModelFiles> {
  const names = listCatalogue().map((entry) => entry.name);
  if (!name.includes("/") && !names.includes(name.toLowerCase())) {
    const nearest = nearestOf(name, names);
    throw new PromptTuningError("usage", `There is no model named "${name}" in the catalogue.${nearest === undefined ? "" : ` Did you mean ${nearest}?`}`, {
      reason: `The catalogue holds: ${names.join(", ")}.`,
      advice: "A repository of the hub is named owner/name.",
    });
  }
  return resolveModelSource(name.includes("/") ? { hub: name } : name, ".", { cache }).fetch(options);
}
