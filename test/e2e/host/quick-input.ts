import type { Locator, Page } from "playwright-core";
import { wholeText } from "./text.js";

/** The palette, quick picks, input boxes and file dialogs: one widget at the top of the window. */
export class QuickInput {
  readonly widget: Locator;
  readonly input: Locator;
  readonly rows: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator(".quick-input-widget:visible");
    this.input = this.widget.locator(".quick-input-box input");
    this.rows = this.widget.locator(".quick-input-list .monaco-list-row");
  }

  /** F1, wherever the focus is: also out of a webview. */
  async openPalette(): Promise<void> {
    await this.openBy("F1", ">");
  }

  /** Ctrl+P (Cmd+P): files of the workspace. */
  async openFiles(): Promise<void> {
    await this.openBy("ControlOrMeta+P", "");
  }

  /** Chooses the row with this label (the whole label, or a pattern), typing it first so that a long list shows it. */
  async choose(label: string | RegExp, typed = typeof label === "string" ? label : ""): Promise<void> {
    await this.input.waitFor();
    const before = await this.input.inputValue();
    if (typed !== "") await this.input.fill(before.startsWith(">") ? `>${typed}` : typed);
    await this.row(label).click();
  }

  /** The row with this label. */
  row(label: string | RegExp): Locator {
    return this.rows.filter({ has: this.page.locator(".quick-input-list-label .label-name", { hasText: wholeText(label) }) }).first();
  }

  /** Labels of the rows that are shown now. */
  async labels(): Promise<string[]> {
    await this.rows.first().waitFor();
    return (await this.rows.locator(".quick-input-list-label .label-name").allInnerTexts()).map((text) => text.trim());
  }

  /** Ticks the rows of a pick of several, and accepts. */
  async chooseSeveral(labels: readonly (string | RegExp)[]): Promise<void> {
    await this.input.waitFor();
    for (const label of labels) await this.row(label).locator("input.quick-input-list-checkbox, .monaco-checkbox").first().click();
    await this.page.keyboard.press("Enter");
  }

  /** Types into an input box, in place of what stands there, and accepts. */
  async type(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** Chooses a path in VS Code's own file dialog. It fills in and lists folders in its own time: what is typed too early is typed again. */
  async typePath(file: string, button: string): Promise<void> {
    const accept = this.widget.locator(".quick-input-action .monaco-button", { hasText: button });
    await accept.waitFor();
    const until = Date.now() + 60_000;
    while (await accept.isVisible()) {
      if (Date.now() > until) throw new Error(`The file dialog did not take ${file}.`);
      await this.input.fill(file, { timeout: 1000 }).catch(() => undefined);
      await this.input.press("Enter", { timeout: 1000 }).catch(() => undefined);
      await accept.waitFor({ state: "hidden", timeout: 1500 }).catch(() => undefined);
    }
  }

  /** Closes it, where it is open. */
  async cancel(): Promise<void> {
    if ((await this.widget.count()) === 0) return;
    await this.page.keyboard.press("Escape");
    await this.widget.waitFor({ state: "hidden" });
  }

  private async openBy(keys: string, prefix: string): Promise<void> {
    const tries = 5;
    for (let i = 1; ; i++) {
      await this.page.keyboard.press(keys);
      try {
        // A frame that has just gone can take the key with it: then it is pressed again.
        await this.input.waitFor({ timeout: 3000 });
        if ((await this.input.inputValue()).startsWith(prefix)) return;
      } catch (error) {
        if (i === tries) throw error;
      }
      if (i === tries) throw new Error(`The quick input did not open by ${keys}.`);
    }
  }
}
