import path from "node:path";
import envPaths from "env-paths";

/**
 * The folder for downloads, prepared samples and encoded texts: PTUNE_CACHE, else the platform's user cache
 * folder (XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%) with "prompt-tuning-lab" below it.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.PTUNE_CACHE?.trim();
  return named ? path.resolve(named) : envPaths("prompt-tuning-lab", { suffix: "" }).cache;
}
