import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

/** The last lines of the server's and the extension host's logs, for the message of a host that did not come up. */
export async function lastLogLines(dataFolder: string): Promise<string> {
  const logs = path.join(dataFolder, "data", "logs");
  const names = await readdir(logs, { recursive: true }).catch(() => []);
  const files = [path.join(dataFolder, "server.log"), ...names.filter((name) => /remoteexthost\.log$/.test(name)).map((name) => path.join(logs, name))];
  const parts = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, "utf8").catch(() => "");
      return `--- ${path.basename(file)}\n${text.trim().split("\n").slice(-15).join("\n")}`;
    }),
  );
  return parts.join("\n");
}
