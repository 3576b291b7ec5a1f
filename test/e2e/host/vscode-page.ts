import type { Frame, Locator, Page } from "playwright-core";
import { processesUnder } from "../../../scripts/lib/processes.mjs";
import type { RunningServer } from "../../../scripts/lib/run-server.mjs";
import type { Bridge } from "./bridge.js";
import { QuickInput } from "./quick-input.js";
import { savedEditors } from "./saved-editors.js";
import type { Settings } from "./settings.js";
import { wholeText } from "./text.js";
import { TreeView, type TreeRow } from "./tree-view.js";
import { succeeds, until } from "./until.js";
import { visibleWebviews, webviewFrame } from "./webview-frame.js";

type VSCode = typeof import("vscode");

const themes = { light: "Default Light Modern", dark: "Default Dark Modern", "hc-dark": "Default High Contrast", "hc-light": "Default High Contrast Light" } as const;
const themeClasses = { light: "vs", dark: "vs-dark", "hc-dark": "hc-black", "hc-light": "hc-light" } as const;
export type Theme = keyof typeof themes;

export interface PageParts {
  readonly workspace: string;
  readonly dataFolder: string;
  readonly bridge: Bridge;
  readonly server: RunningServer;
  readonly close: () => Promise<void>;
}

/** Windows that have not been closed. */
export const openPages = new Set<VSCodePage>();

/** A window of VS Code as a person sees and uses it. Every method waits for what it needs, 30 s at most. */
export class VSCodePage {
  readonly quickInput: QuickInput;
  /** The folder that is open; "" without one. */
  readonly workspace: string;

  constructor(
    /** Playwright's page, for what has no method here. */
    readonly page: Page,
    private readonly parts: PageParts,
  ) {
    page.setDefaultTimeout(30_000);
    this.quickInput = new QuickInput(page);
    this.workspace = parts.workspace;
  }

  /** Called by startHost. */
  async open(address: string): Promise<void> {
    openPages.add(this);
    await this.page.goto(address);
    await this.ready();
  }

  // ---- palette and quick input

  /**
   * Runs a command by its whole title in the palette, e.g. "Prompt Tuning: Run Experiment…". An open palette does not see
   * what an extension enables a moment later: it is then opened anew.
   */
  async runCommand(title: string): Promise<void> {
    await until(`The palette offers ${title}`, async () => {
      await this.quickInput.openPalette();
      await this.quickInput.input.fill(`>${title}`);
      if (await succeeds(this.quickInput.row(title).waitFor({ timeout: 3000 }))) return true;
      await this.quickInput.cancel();
      return false;
    });
    await this.quickInput.row(title).click();
  }

  /** Whether the palette offers a command now. */
  async offersCommand(title: string): Promise<boolean> {
    await this.quickInput.openPalette();
    await this.quickInput.input.fill(`>${title}`);
    // Either rows, or the one row "No matching commands".
    await this.quickInput.rows.first().waitFor();
    const found = await succeeds(this.quickInput.row(title).waitFor({ timeout: 2000 }));
    await this.quickInput.cancel();
    return found;
  }

  async quickPick(label: string | RegExp): Promise<void> {
    await this.quickInput.choose(label, "");
  }

  async typeInput(text: string): Promise<void> {
    await this.quickInput.type(text);
  }

  // ---- sidebar

  /** Opens a view container of the activity bar by its name. */
  async openSidebar(name = "Prompt Tuning"): Promise<void> {
    const tab = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${name}"])`).first();
    await tab.waitFor();
    if ((await tab.getAttribute("aria-expanded")) === "true" || (await tab.getAttribute("class"))?.split(" ").includes("checked")) return;
    await tab.locator(".action-label").click();
    await this.page.locator(".sidebar .composite.title", { hasText: name }).waitFor();
  }

  /** Drags the sidebar's edge until it is so wide, in CSS pixels. */
  async setSidebarWidth(width: number): Promise<void> {
    const box = await this.page.locator(".part.sidebar").boundingBox();
    if (!box) throw new Error("The sidebar is not open.");
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, y, { steps: 5 });
    await this.page.mouse.up();
    // An edge under the pointer is highlighted.
    await this.page.mouse.move(box.x + width / 2, 0);
  }

  tree(view: string): TreeView {
    return new TreeView(this.page, view);
  }

  async treeRows(view: string): Promise<TreeRow[]> {
    return this.tree(view).rows();
  }

  async clickTreeRow(view: string, label: string | RegExp, options: { modifiers?: Array<"ControlOrMeta" | "Shift">; double?: boolean } = {}): Promise<void> {
    const row = await this.tree(view).find(label);
    const clicked = row.locator(".label-name").first();
    if (options.double) await clicked.dblclick();
    else await clicked.click({ modifiers: options.modifiers });
  }

  /** Clicks an action at the right end of a row, by its title. */
  async inlineAction(view: string, label: string | RegExp, action: string): Promise<void> {
    const row = await this.tree(view).find(label);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${action}"]`).click();
  }

  /** Chooses an entry of a row's context menu. */
  async contextMenu(view: string, label: string | RegExp, entry: string): Promise<void> {
    const row = await this.tree(view).find(label);
    await row.locator(".label-name").first().click({ button: "right" });
    // Not a click: a menu does not listen to the mouse for its first 100 ms.
    await this.menuEntry(entry).hover();
    await this.page.keyboard.press("Enter");
  }

  /** Entries of a row's context menu; closes it again. */
  async contextMenuEntries(view: string, label: string | RegExp): Promise<string[]> {
    const row = await this.tree(view).find(label);
    await row.locator(".label-name").first().click({ button: "right" });
    const labels = this.page.locator(".context-view .monaco-menu .action-item:not(.disabled) .action-label:not(.separator)");
    await labels.first().waitFor();
    const entries = (await labels.allInnerTexts()).map((text) => text.trim()).filter(Boolean);
    await this.page.keyboard.press("Escape");
    return entries;
  }

  // ---- messages

  /** The notification whose text holds `text`; its `button(name)` clicks one of its buttons. */
  async notification(text: string | RegExp, timeout = 30_000): Promise<{ text: string; button: (name: string) => Promise<void>; dismiss: () => Promise<void> }> {
    const item = this.page.locator(".notifications-toasts .notification-list-item", { hasText: text }).first();
    await item.waitFor({ timeout });
    return {
      text: await item.locator(".notification-list-item-message").innerText(),
      button: async (name) => item.locator(".notification-list-item-buttons-container .monaco-button", { hasText: wholeText(name) }).click(),
      dismiss: async () => {
        await item.hover();
        await item.locator(".codicon-notifications-clear").click();
      },
    };
  }

  /** Texts of the notifications that are shown now. */
  async notifications(): Promise<string[]> {
    return this.page.locator(".notifications-toasts .notification-list-item-message").allInnerTexts();
  }

  /** A modal dialog: its text, and `button(name)` to answer it. */
  async dialog(text: string | RegExp = /./): Promise<{ text: string; button: (name: string) => Promise<void> }> {
    const box = this.page.locator(".monaco-dialog-box", { hasText: text });
    await box.waitFor();
    return { text: await box.locator(".dialog-message-container").innerText(), button: async (name) => box.locator(".dialog-buttons .monaco-button", { hasText: wholeText(name) }).click() };
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator(".statusbar-item", { hasText: text }).first();
  }

  // ---- editors and webviews

  /** Opens a file of the workspace by its path in it. */
  async openFile(path: string): Promise<void> {
    await this.evaluate(async (vscode, file) => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      if (!folder) throw new Error("No folder is open.");
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.joinPath(folder.uri, file), { preview: false });
    }, path);
    await this.tab(path.split("/").at(-1) ?? path).waitFor();
  }

  tab(title: string | RegExp): Locator {
    return this.page.locator(".editor-group-container .tab", { has: this.page.locator(".label-name", { hasText: wholeText(title) }) }).first();
  }

  /** Lenses of the text editor that is shown, e.g. "Run". */
  codeLens(title: string | RegExp): Locator {
    return this.page.locator(".codelens-decoration a", { hasText: wholeText(title) }).first();
  }

  /** The page of a webview panel, custom editor or webview view, by its title. */
  async webviewFrame(title: string | RegExp, timeout?: number): Promise<Frame> {
    return webviewFrame(this.page, title, timeout);
  }

  /** The pages of all webviews that are shown now. */
  async visibleFrames(): Promise<Frame[]> {
    return visibleWebviews(this.page);
  }

  private menuEntry(entry: string): Locator {
    return this.page.locator(".context-view .monaco-menu .action-item:not(.disabled)", { has: this.page.locator(".action-label", { hasText: wholeText(entry) }) }).first();
  }

  // ---- the window

  /** Changes the user's settings while the window is open; `undefined` removes one. */
  async changeSettings(settings: Settings): Promise<void> {
    await this.evaluate(
      async (vscode, all) => {
        for (const [name, value] of all) await vscode.workspace.getConfiguration().update(name, value ?? undefined, vscode.ConfigurationTarget.Global);
      },
      Object.entries(settings).map(([name, value]) => [name, value ?? null] as const),
    );
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.changeSettings({ "workbench.colorTheme": themes[theme] });
    await this.page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
  }

  /** Writes a picture (.png) of the window, or of one part of it, without the blinking cursor. */
  async screenshot(file: string, part?: Locator): Promise<void> {
    await this.statusBarItem("Activating Extensions").waitFor({ state: "hidden" });
    await (part ?? this.page).screenshot({ path: file, animations: "disabled", caret: "hide" });
  }

  /**
   * Loads the window anew, as "Developer: Reload Window" does: the extension host ends and another one starts.
   * @param atOnce not after VS Code has saved the open editors, as a window that crashes.
   */
  async reload({ atOnce = false } = {}): Promise<void> {
    if (!atOnce) await this.editorsSaved();
    this.parts.bridge.drop();
    await this.page.reload();
    await this.ready();
  }

  // ---- the extension host

  /**
   * Runs a function inside the extension host, with the `vscode` API and a JSON argument, and gives its JSON result. It
   * is sent as source: it cannot see the variables around it.
   */
  async evaluate<Value>(call: (vscode: VSCode) => Value | PromiseLike<Value>): Promise<Value>;
  async evaluate<Argument, Value>(call: (vscode: VSCode, argument: Argument) => Value | PromiseLike<Value>, argument: Argument): Promise<Value>;
  async evaluate<Argument, Value>(call: (vscode: VSCode, argument: Argument) => Value | PromiseLike<Value>, argument?: Argument): Promise<Value> {
    return this.parts.bridge.evaluate(call as (vscode: VSCode, argument: Argument) => Promise<Value>, argument as Argument);
  }

  async extensionHostPid(): Promise<number> {
    return this.parts.bridge.pid();
  }

  /** Ids of the processes below the extension host. */
  async childPids(): Promise<number[]> {
    return processesUnder(await this.extensionHostPid());
  }

  /** The server's data folder: settings, state, logs. */
  get dataFolder(): string {
    return this.parts.dataFolder;
  }

  /** Id of the server, the extension host's parent. */
  get serverPid(): number {
    return this.parts.server.pid;
  }

  /** Ends the browser, the server and everything below it, and removes their folders. */
  async close(): Promise<void> {
    await this.parts.close();
  }

  /**
   * Waits until what a reload would restore is what is shown. In a browser, VS Code writes it down every five seconds while
   * the window has the focus and nothing to do; at the end of a window it is too late for that.
   */
  private async editorsSaved(): Promise<void> {
    await this.page.bringToFront();
    const tabs = this.page.locator(".editor-group-container .tab");
    const titles = (locator: Locator): Promise<string[]> => locator.locator(".label-name").allInnerTexts();
    if ((await tabs.count()) === 0) return;
    await until("The window's editors are saved", async () => {
      const [saved, all, inFront] = await Promise.all([savedEditors(this.page), titles(tabs), titles(tabs.and(this.page.locator(".active")))]);
      return saved !== undefined && all.every((title) => saved.all.includes(title)) && inFront.every((title) => saved.inFront.some((value) => value.includes(title)));
    });
    // The titles may have been written just before what a page keeps with them: the next time is waited for too.
    await this.page.waitForTimeout(6000);
  }

  private async ready(): Promise<void> {
    await this.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
    await this.parts.bridge.pid();
  }
}
