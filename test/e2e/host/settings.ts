import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

export type Settings = Record<string, unknown>;

/** What every test window starts with: nothing moves, asks or calls out by itself. */
const quiet: Settings = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "chat.commandCenter.enabled": false,
  "window.title": "${activeEditorShort}${separator}${rootName}",
  "git.enabled": false,
  "workbench.list.fastScrollSensitivity": 10_000,
  "terminal.integrated.enablePersistentSessions": false,
};

/** Writes the user's settings of a host that is not started yet; an open window changes them by VSCodePage.changeSettings. */
export async function writeUserSettings(dataFolder: string, trust: boolean, own: Settings, place = path.join("data", "User")): Promise<void> {
  const trusted = { "security.workspace.trust.enabled": !trust, "security.workspace.trust.startupPrompt": "never" };
  const file = path.join(dataFolder, place, "settings.json");
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...quiet, ...trusted, ...own }, null, 2)}\n`);
}
