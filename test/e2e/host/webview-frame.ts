import type { Frame, Page } from "playwright-core";

/**
 * The inner frame of a webview (a panel, a custom editor or a view) with this title, when its document is there. VS Code
 * puts the extension's page into iframe#active-frame inside its own iframe.webview, and names it by the title.
 */
export async function webviewFrame(page: Page, title: string | RegExp, timeout = 60_000): Promise<Frame> {
  const until = Date.now() + timeout;
  for (;;) {
    const titles: string[] = [];
    for (const frame of page.frames()) {
      const found = await titleOf(frame);
      if (found === undefined) continue;
      if (typeof title === "string" ? found === title : title.test(found)) return frame;
      titles.push(found);
    }
    if (Date.now() > until) throw new Error(`No webview ${String(title)} was shown within ${timeout / 1000} s. Shown: ${JSON.stringify(titles)}.`);
    await page.waitForTimeout(50);
  }
}

/** The inner frames of all webviews that are shown now. */
export async function visibleWebviews(page: Page): Promise<Frame[]> {
  const found: Frame[] = [];
  for (const frame of page.frames()) if ((await titleOf(frame)) !== undefined) found.push(frame);
  return found;
}

/** Undefined for a frame that is none, is not shown, or is still being loaded. */
async function titleOf(frame: Frame): Promise<string | undefined> {
  if (frame.parentFrame()?.parentFrame() == null) return undefined;
  try {
    const element = await frame.frameElement();
    if ((await element.getAttribute("id")) !== "active-frame" || !(await element.isVisible())) return undefined;
    await frame.waitForLoadState("load", { timeout: 5000 });
    const outer = await frame.parentFrame()?.frameElement();
    return (await outer?.isVisible()) ? ((await element.getAttribute("title")) ?? "") : undefined;
  } catch {
    // It was replaced while it was looked at.
    return undefined;
  }
}
