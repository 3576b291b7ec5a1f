import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectFolder, startHost } from "../host/host.js";
import type { Theme, VSCodePage } from "../host/vscode-page.js";
import { prepareRuns } from "./prepare-runs.js";
import { scenes, settled } from "./scenes.js";

const folder = process.env.PTUNE_SCREENSHOTS ?? path.join(projectFolder, "out", "screenshots");
const themes: readonly Theme[] = ["light", "dark", "hc-dark", "hc-light"];

const window = { width: 1360, height: 900 };
const tallest = 6000;

/** The view as it would be in a window that is high enough to show all of a webview's page. */
async function wholePage(code: VSCodePage, file: string): Promise<void> {
  const [frame] = await code.visibleFrames();
  if (!frame) return;
  const height = Number(await frame.evaluate("document.documentElement.scrollHeight"));
  await code.page.setViewportSize({ ...window, height: Math.min(tallest, height + 120) });
  await settled(frame);
  await code.screenshot(file);
  await code.page.setViewportSize(window);
}

describe.each([
  { language: "English", locale: undefined, themes },
  { language: "Chinese", locale: "zh-cn", themes: ["light", "dark"] as const },
])("pictures, $language", ({ locale, themes: shown }) => {
  let code: VSCodePage;
  let runs: readonly string[];
  beforeAll(async () => {
    const workspace = await prepareRuns();
    runs = workspace.runs;
    code = await startHost({ workspace: workspace.folder, asInstalled: true, locale, viewport: window, scale: 2, reducedMotion: true });
    await code.evaluate((vscode) => vscode.commands.executeCommand("promptTuning.runs.focus"));
    await code.setSidebarWidth(400);
    await mkdir(folder, { recursive: true });
  });
  afterAll(async () => code?.close());

  it.each(scenes)("$name", async ({ name, page, show }) => {
    await code.evaluate((vscode) => vscode.commands.executeCommand("workbench.action.closeAllEditors"));
    await code.evaluate((vscode) => vscode.commands.executeCommand("notifications.clearAll"));
    await show({ code, runs });
    for (const theme of shown) {
      await code.setTheme(theme);
      for (const frame of await code.visibleFrames()) await settled(frame);
      const file = path.join(folder, [name, theme, locale].filter(Boolean).join("-") + ".png");
      await code.screenshot(file);
      expect((await stat(file)).size).toBeGreaterThan(20_000);
    }
    if (!page) return;
    await code.setTheme("light");
    await wholePage(code, path.join(folder, [name, "whole", locale].filter(Boolean).join("-") + ".png"));
  });
});
