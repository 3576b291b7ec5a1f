import { homedir } from "node:os";
import path from "node:path";

/** "~/models/x.gguf" as a shell would read it. */
export function expandHome(file: string): string {
  return file === "~" || file.startsWith("~/") ? path.join(homedir(), file.slice(1)) : file;
}
