import { readdir } from "node:fs/promises";
import path from "node:path";
import type * as vscode from "vscode";

const times = 15;
const milliseconds = 1000;

/**
 * Looks for a process of an earlier window, without being asked: at once, and for some seconds, because after a reload the
 * last window is still there for a moment. Only a folder's names are read until there is something to join.
 */
export function followBackground(stateFolder: string, adopt: () => Promise<boolean>): vscode.Disposable {
  let left = times;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const names = await readdir(path.join(stateFolder, "background")).catch(() => []);
    const joined = names.length > 0 && (await adopt().catch(() => false));
    if (!joined && --left > 0) timer = setTimeout(() => void look(), milliseconds);
  };
  timer = setTimeout(() => void look(), 0);
  return {
    dispose: () => {
      left = 0;
      clearTimeout(timer);
    },
  };
}
