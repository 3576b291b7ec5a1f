import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../../scripts/lib/processes.mjs";
import { startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

const extension = path.resolve(path.dirname(new URL(import.meta.url).pathname), "extension");

describe("the test host", () => {
  let folder: string;
  let code: VSCodePage;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "host-check-"));
    await writeFile(path.join(folder, "notes.txt"), "hello\n");
    code = await startHost({ workspace: folder, extension });
  });
  afterAll(async () => {
    await code?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("runs a command from the palette and reads the webview's inner frame", async () => {
    await code.runCommand("Host Check: Open Panel");
    const frame = await code.webviewFrame("Checked Panel");
    expect(await frame.locator("h1").innerText()).toBe("Hello, panel");
    await frame.locator("button").click();
    await frame.locator("#answer", { hasText: "ping answered" }).waitFor();
    // The focus is in the webview now: the palette opens from there too.
    expect(await code.offersCommand("Host Check: Ask")).toBe(true);
    expect(await code.offersCommand("Host Check: No Such Command")).toBe(false);
  });

  it("answers a quick pick, an input box, a notification and a dialog", async () => {
    await code.runCommand("Host Check: Ask");
    await code.quickPick("green");
    await code.typeInput("Ada");
    const notification = await code.notification("Ada likes green");
    await notification.button("Yes");
    const dialog = await code.dialog();
    expect(dialog.text).toContain("Answered Yes");
    await dialog.button("Done");
  });

  it("reads a tree, scrolls to a row, and uses its actions", async () => {
    await code.openSidebar("Host Check");
    await code.tree("Rows").find("row 0");
    expect((await code.treeRows("Rows")).slice(0, 2)).toMatchObject([
      { label: "row 0", description: "number 0", level: 1 },
      { label: "row 1", description: "number 1", level: 1 },
    ]);
    await code.inlineAction("Rows", "row 250", "Mark");
    await code.notification("Marked row 250");
    await code.contextMenu("Rows", "row 3", "Mark");
    await code.notification("Marked row 3");
    expect(await code.contextMenuEntries("Rows", "row 4")).toEqual(["Mark"]);
    await code.clickTreeRow("Rows", "row 5");
    expect((await code.treeRows("Rows")).find((row) => row.selected)?.label).toBe("row 5");
    await code.statusBarItem("Host checked").waitFor();
  });

  it("opens a file, changes the theme, takes a picture", async () => {
    await code.openFile("notes.txt");
    expect(await code.evaluate((vscode) => vscode.window.activeTextEditor?.document.getText())).toBe("hello\n");
    for (const theme of ["light", "hc-dark", "hc-light", "dark"] as const) await code.setTheme(theme);
    const picture = path.join(folder, "window.png");
    await code.screenshot(picture);
    expect((await stat(picture)).size).toBeGreaterThan(10_000);
  });

  it("finds files with ripgrep in the extension host", async () => {
    expect(await code.evaluate(async (vscode) => (await vscode.workspace.findFiles("*.txt")).length)).toBe(1);
  });

  it("reloads the window and follows a killed extension host", async () => {
    const first = await code.extensionHostPid();
    await code.reload({ atOnce: true });
    const second = await code.extensionHostPid();
    expect(second).not.toBe(first);
    process.kill(second, "SIGKILL");
    await expect.poll(() => isAlive(second)).toBe(false);
  });

  it("ends all that it started, also what outlived its parent, and removes its folders", async () => {
    await code.reload({ atOnce: true });
    await code.runCommand("Host Check: Child");
    await expect.poll(async () => (await code.childPids()).length).toBeGreaterThan(0);
    const [child] = await code.childPids();
    const server = code.serverPid;
    const data = code.dataFolder;
    expect(existsSync(data)).toBe(true);
    await code.close();
    expect([isAlive(server), isAlive(child), existsSync(data)]).toEqual([false, false, false]);
  });
});

describe("Restricted Mode", () => {
  it("loads the extension in a workspace that is not trusted", async () => {
    const code = await startHost({ extension, trust: false });
    try {
      expect(await code.evaluate((vscode) => vscode.workspace.isTrusted)).toBe(false);
      await code.statusBarItem("Restricted Mode").waitFor();
      expect(await code.offersCommand("Host Check: Open Panel")).toBe(true);
      expect(await code.offersCommand("Host Check: Ask")).toBe(false);
    } finally {
      await code.close();
    }
  });
});

describe("Chinese", () => {
  it("uses the extension's bundle and its package.nls.zh-cn.json", async () => {
    const code = await startHost({ extension, locale: "zh-cn" });
    try {
      expect(await code.evaluate((vscode) => vscode.env.language)).toBe("zh-cn");
      await code.runCommand("Host Check: 打开面板");
      expect(await (await code.webviewFrame("Checked Panel")).locator("h1").innerText()).toBe("你好，panel");
    } finally {
      await code.close();
    }
  });
});
