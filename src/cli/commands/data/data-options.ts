import type { DataOptions } from "../../../backend/datasets/data-options.js";
import type { CommandContext } from "../../context.js";
import { jobOptions } from "../run-progress.js";
import { dataProgress } from "./data-progress.js";

/** What a command gives the backend to read a data set with: the reading, and fetching from the hub, are shown. */
export async function dataOptions(context: CommandContext, verb: string): Promise<DataOptions> {
  const { cacheFolder } = await import("../../../backbone/sources/cache-folder.js");
  const { signal, onFetch } = jobOptions(context);
  return { cache: cacheFolder(), signal, progress: dataProgress(context, verb), onFetch };
}
