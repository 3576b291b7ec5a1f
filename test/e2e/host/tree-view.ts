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
  private readonly pane: Locator;
  private readonly list: Locator;

  constructor(
    private readonly page: Page,
    title: string,
  ) {
    const heading = page.locator(".pane-header .title", { hasText: wholeText(title) });
    this.pane = page.locator(".pane", { has: heading }).filter({ has: page.locator(".pane-body") });
    this.list = this.pane.locator(".monaco-list").first();
  }

  /** The rows in sight, from top to bottom. */
  async rows(): Promise<TreeRow[]> {
    await this.expand();
    const found: Array<TreeRow & { top: number }> = [];
    for (const row of await this.list.locator(".monaco-list-row").all()) {
      const attribute = (name: string): Promise<string | null> => row.getAttribute(name);
      const [label, description, box, level, expanded, selected, aria] = await Promise.all([
        row.locator(".label-name").first().innerText(),
        row.locator(".label-description").allInnerTexts(),
        row.boundingBox(),
        attribute("aria-level"),
        attribute("aria-expanded"),
        attribute("aria-selected"),
        attribute("aria-label"),
      ]);
      found.push({
        label: label.trim(),
        description: description.join(" ").trim(),
        level: Number(level),
        expanded: expanded === null ? undefined : expanded === "true",
        selected: selected === "true",
        aria: aria ?? "",
        top: box?.y ?? 0,
      });
    }
    return found.sort((a, b) => a.top - b.top).map(({ top: _top, ...row }) => row);
  }

  /** The row with this label (the whole label, or a pattern); scrolls through the list until it is in sight. */
  async find(label: string | RegExp): Promise<Locator> {
    await this.expand();
    const row = this.list.locator(".monaco-list-row").filter({ has: this.page.locator(".label-name", { hasText: wholeText(label) }) }).first();
    const until = Date.now() + 30_000;
    while ((await row.count()) === 0) {
      if (Date.now() > until) throw new Error(`No row ${String(label)} came into sight. In sight: ${JSON.stringify((await this.rows()).map((one) => one.label))}.`);
      await this.scrollOn();
    }
    return row;
  }

  /** Text of the welcome view, or of the message above the tree. */
  async message(): Promise<string> {
    await this.expand();
    return (await this.pane.locator(".welcome-view-content, .message").first().innerText()).trim();
  }

  /** Buttons of the welcome view, and the actions of the title bar. */
  button(name: string): Locator {
    return this.pane.locator(`.welcome-view-content .monaco-button`, { hasText: wholeText(name) });
  }

  titleAction(name: string): Locator {
    return this.header.locator(`.action-label[aria-label^="${name}"]`).first();
  }

  async expand(): Promise<void> {
    const own = this.pane.locator(".pane-header");
    await own.waitFor({ state: "attached" });
    if ((await own.getAttribute("aria-expanded")) === "false") await own.click();
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

  private async scrollOn(): Promise<void> {
    const first = async (): Promise<string> => JSON.stringify(await this.list.locator(".monaco-list-row").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-index"))));
    if ((await this.list.locator(".monaco-list-row").count()) > 0) {
      const before = await first();
      await this.list.hover();
      const height = (await this.list.boundingBox())?.height ?? 200;
      await this.page.mouse.wheel(0, height * 0.8);
      await this.page.waitForTimeout(100);
      // At the end: from the top again, as rows may have come in the meantime.
      if ((await first()) === before) await this.page.mouse.wheel(0, -1_000_000);
    }
    await this.page.waitForTimeout(100);
  }
}
