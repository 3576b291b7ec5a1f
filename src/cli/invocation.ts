import path from "node:path";

/**
 * How a person would start this program again from where they stand: "ptune" where it is installed, "npx ptune" through
 * npx, else Node with the script's path.
 */
export function invocationOf(script: string | undefined, currentFolder: string, environment: NodeJS.ProcessEnv): string {
  if (!script) return "ptune";
  if (path.basename(script).replace(/\.(cmd|ps1)$/, "") === "ptune") return environment.npm_command === "exec" ? "npx ptune" : "ptune";
  const relative = path.relative(currentFolder, script);
  return `node ${shellWord(relative.startsWith("..") || path.isAbsolute(relative) ? script : relative)}`;
}

/** A path or name as one word of a shell; quotes only where they are needed. */
export function shellWord(text: string): string {
  const windows = process.platform === "win32";
  if ((windows ? /^[\p{L}\p{N}_./:@+=,\\-]+$/u : /^[\p{L}\p{N}_./:@%+=,-]+$/u).test(text)) return text;
  return windows ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A path as a person reads it: relative where it lies below the current folder. */
export function displayPath(file: string, currentFolder: string): string {
  const relative = path.relative(currentFolder, file);
  return relative === "" ? "." : relative.startsWith("..") || path.isAbsolute(relative) ? file : relative;
}
