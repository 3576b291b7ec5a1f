import type { Locator, Page } from "playwright-core";
import { wholeText } from "./text.js";

export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** 1 for the roots. */
  readonly level: number;
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
  /** What a screen reader says. */
  readonly aria: string;
}

/** A tree view in the sidebar, by its title. Lists draw only the rows in sight: `find` scrolls to the others. */
export class TreeView {
  private readonly ownHeader: Locator;
  private readonly pane: Locator;
  private readonly list: Locator;

  constructor(
    private readonly page: Page,
    title: string,
  ) {
    this.ownHeader = page.locator(".pane-header", { has: page.locator(".title", { hasText: wholeText(title) }) }).first();
    this.pane = page.locator(".pane", { has: page.locator(".pane-header .title", { hasText: wholeText(title) }) }).filter({ has: page.locator(".pane-body") });
    this.list = this.pane.locator(".monaco-list").first();
  }

  /** The rows in sight now, from top to bottom. Rows come when the extension has given them: poll, or `find` one. */
  async rows(): Promise<TreeRow[]> {
    await this.expand();
    const rows = await this.list.locator(".monaco-list-row").evaluateAll((elements) =>
      elements.map((row) => ({
        label: (row.querySelector(".label-name")?.textContent ?? "").trim(),
        description: (row.querySelector(".label-description")?.textContent ?? "").trim(),
        level: Number(row.getAttribute("aria-level")),
        expanded: row.hasAttribute("aria-expanded") ? row.getAttribute("aria-expanded") === "true" : undefined,
        selected: row.getAttribute("aria-selected") === "true",
        aria: row.getAttribute("aria-label") ?? "",
        index: Number(row.getAttribute("data-index")),
      })),
    );
    return rows.sort((a, b) => a.index - b.index).map(({ index: _index, ...row }) => row);
  }

  /** The row with this label (the whole label, or a pattern); scrolls through the list until it is in sight. */
  async find(label: string | RegExp): Promise<Locator> {
    await this.expand();
    const row = this.list.locator(".monaco-list-row").filter({ has: this.page.locator(".label-name", { hasText: wholeText(label) }) }).first();
    const until = Date.now() + 30_000;
    for (;;) {
      // Rows that come while the row is looked for are looked at before they are scrolled away.
      const listed = (await this.list.locator(".monaco-list-row").count()) > 0;
      if (await this.isInSight(row)) break;
      if (Date.now() > until) throw new Error(`No row ${String(label)} came into sight. In sight: ${JSON.stringify((await this.rows()).map((one) => one.label))}.`);
      if (listed) await this.scrollOn();
      else await this.page.waitForTimeout(50);
    }
    return row;
  }

  /** Text of the welcome view, or of the message above the tree; one of the two can be there with nothing in it. */
  async message(): Promise<string> {
    await this.expand();
    return (await this.pane.locator(".welcome-view-content, .message").allInnerTexts()).join("\n").trim();
  }

  /** Buttons of the welcome view, and the actions of the title bar. */
  button(name: string): Locator {
    return this.pane.locator(`.welcome-view-content .monaco-button`, { hasText: wholeText(name) });
  }

  titleAction(name: string): Locator {
    return this.header.locator(`.action-label[aria-label^="${name}"]`).first();
  }

  /** A view that begins collapsed has only its header. */
  async expand(): Promise<void> {
    await this.ownHeader.waitFor({ state: "attached" });
    if ((await this.ownHeader.getAttribute("aria-expanded")) === "false") await this.ownHeader.click();
    await this.pane.locator(".pane-body").waitFor();
  }

  /** Shows the title's actions, which appear under the pointer only. */
  async hoverTitle(): Promise<void> {
    await this.header.hover();
  }

  /** The view's own title bar, or, for the only view of a container, the container's. */
  private get header(): Locator {
    return this.pane.locator(".pane-header:not(.hidden)").or(this.page.locator(".sidebar .composite.title", { has: this.page.locator("h2") }).and(this.page.locator(":not(:has(.pane-header))"))).first();
  }

  private async isInSight(row: Locator): Promise<boolean> {
    if ((await row.count()) === 0) return false;
    const [box, list] = await Promise.all([row.boundingBox(), this.list.boundingBox()]);
    return box !== null && list !== null && box.y >= list.y && box.y + box.height <= list.y + list.height + 1;
  }

  /**
   * Most of a height further; from the end to the top again, as rows may have come in the meantime. VS Code takes each
   * event for one notch of a wheel, 50 pixels whatever its size; with Alt it goes all the way (settings.ts).
   */
  private async scrollOn(): Promise<void> {
    const box = await this.list.boundingBox();
    if (box) {
      const before = await this.indices();
      await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      for (let moved = 0; moved < box.height * 0.7; moved += 50) await this.page.mouse.wheel(0, 50);
      await this.page.waitForTimeout(50);
      if ((await this.indices()) === before) {
        await this.page.keyboard.down("Alt");
        await this.page.mouse.wheel(0, -50);
        await this.page.keyboard.up("Alt");
      }
    }
    await this.page.waitForTimeout(50);
  }

  private async indices(): Promise<string> {
    return (await this.list.locator(".monaco-list-row").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-index")))).join();
  }
}
