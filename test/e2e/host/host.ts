import { cp, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { chromium, type Browser } from "playwright-core";
import { requireBrowser } from "../../../scripts/lib/browser.mjs";
import { installExtension, pageAddress, startServer, type RunningServer } from "../../../scripts/lib/run-server.mjs";
import { Bridge } from "./bridge.js";
import { lastLogLines } from "./diagnose.js";
import { offerLanguage } from "./language.js";
import { writeUserSettings, type Settings } from "./settings.js";
import { openPages, VSCodePage } from "./vscode-page.js";

const here = path.dirname(new URL(import.meta.url).pathname);
export const projectFolder = path.resolve(here, "..", "..", "..");

export interface HostOptions {
  /** The folder that is opened. An empty one of its own when absent; `null`: a window without a folder. */
  readonly workspace?: string | null;
  /** The extension's folder (loaded as under development; the project's when absent) or a .vsix, which is installed. */
  readonly extension?: string;
  /** Links the extension's folder as an installed one: no "[Extension Development Host]" in the title, for pictures. */
  readonly asInstalled?: boolean;
  readonly userSettings?: Settings;
  /** False: Restricted Mode. True when absent. */
  readonly trust?: boolean;
  /** Display language, e.g. "zh-cn"; VS Code's own strings stay English. */
  readonly locale?: string;
  /** Added to the environment of the server and of everything below it. */
  readonly env?: Record<string, string | undefined>;
  /** CSS pixels of the window; 1280 × 800 when absent. */
  readonly viewport?: { width: number; height: number };
  /** Device pixels a CSS pixel, for pictures; 1 when absent. */
  readonly scale?: number;
  readonly reducedMotion?: boolean;
}

/** Starts a server of its own and opens its page on the workspace. `close()` of the page ends all of it. */
export async function startHost(options: HostOptions = {}): Promise<VSCodePage> {
  const executablePath = requireBrowser();
  const own = await realpath(await mkdtemp(path.join(os.tmpdir(), "ptune-host-")));
  const dataFolder = path.join(own, "server");
  const workspace = options.workspace === null ? undefined : await realpath(options.workspace ?? (await mkdtemp(path.join(own, "workspace-"))));
  const bridge = new Bridge();
  let server: RunningServer | undefined;
  let browser: Browser | undefined;
  let page: VSCodePage | undefined;
  const close = async (): Promise<void> => {
    if (page) openPages.delete(page);
    await browser?.close();
    bridge.close();
    await server?.stop();
    await rm(own, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await Promise.all([bridge.listen(), writeUserSettings(dataFolder, options.trust ?? true, options.userSettings ?? {})]);
    // A page takes one extension under development only; the server finds the bridge as an installed one.
    await cp(path.join(here, "bridge"), path.join(dataFolder, "extensions", "prompt-tuning-lab-tests.test-bridge-0.0.0"), { recursive: true });
    if (options.locale) await offerLanguage(dataFolder, options.locale);
    const extension = path.resolve(options.extension ?? projectFolder);
    const packed = extension.endsWith(".vsix");
    if (packed) await installExtension({ dataFolder, vsix: extension });
    else if (options.asInstalled) await symlink(extension, path.join(dataFolder, "extensions", "extension-of-the-tests-0.0.0"));
    [server, browser] = await Promise.all([
      startServer({ dataFolder, env: { ...options.env, ...bridge.environment } }),
      chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"] }),
    ]);
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1280, height: 800 },
      deviceScaleFactor: options.scale ?? 1,
      reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
      locale: options.locale ?? "en-US",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const address = pageAddress({ port: server.port, workspace, extension: packed || options.asInstalled ? undefined : extension });
    page = new VSCodePage(await context.newPage(), { workspace: workspace ?? "", dataFolder, bridge, server, close });
    await page.open(address);
    return page;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const logs = await lastLogLines(dataFolder);
    await close();
    throw new Error(`The VS Code host did not come up: ${reason}\n${logs}`, { cause: error });
  }
}
