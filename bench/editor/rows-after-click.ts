import type { VSCodePage } from "../../test/e2e/host/vscode-page.js";

/** What the function below finds in the page that it is sent to. */
interface Element {
  readonly textContent: string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
  getBoundingClientRect(): { readonly top: number; readonly bottom: number };
}
declare function requestAnimationFrame(callback: (now: number) => void): number;
declare const window: { addEventListener(type: string, listener: () => void, options: { readonly capture: boolean; readonly once: boolean }): void };
declare const document: Pick<Element, "querySelectorAll">;

const patience = 60_000;

/**
 * Milliseconds, by the page's own clock, from the press of the mouse until a frame was drawn that has a row of this level
 * (1 for the roots) of a view of the sidebar: what a person sees. What the driver of the tests does before, between and
 * after (looking for the button, scrolling for a row) is no part of it.
 */
export async function rowsAfterClick(code: VSCodePage, wanted: { readonly view: string; readonly level: number }, click: () => Promise<void>): Promise<number> {
  const shown = code.page.evaluate(
    ({ view, level, patience: most }) =>
      new Promise<number>((resolve, reject) => {
        let pressed: number | undefined;
        window.addEventListener("mousedown", () => (pressed = performance.now()), { capture: true, once: true });
        const end = performance.now() + most;
        const inSight = (): boolean => {
          const pane = [...document.querySelectorAll(".sidebar .pane")].find((each) => each.querySelector(".pane-header .title")?.textContent === view);
          const list = pane?.querySelector(".monaco-list")?.getBoundingClientRect();
          if (!pane || !list) return false;
          return [...pane.querySelectorAll(`.monaco-list-row[aria-level="${level}"]`)].some((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return bottom > top && top >= list.top && bottom <= list.bottom + 1 && row.querySelector(".label-name")?.textContent !== "";
          });
        };
        const look = (): void => {
          const from = pressed;
          // The frame that has the row is drawn after its callbacks: the next one tells that it was.
          if (from !== undefined && inSight()) requestAnimationFrame(() => resolve(performance.now() - from));
          else if (performance.now() > end) reject(new Error(from === undefined ? "Nothing was clicked." : `No row of ${view} was drawn.`));
          else requestAnimationFrame(look);
        };
        look();
      }),
    { ...wanted, patience },
  );
  const [time] = await Promise.all([shown, click()]);
  return time;
}
