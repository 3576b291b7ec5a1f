import type { VSCodePage } from "../../test/e2e/host/vscode-page.js";

/** What the functions below find in the page that they are sent to. */
declare function requestAnimationFrame(callback: (now: number) => void): number;
type KeyListener = (event: { readonly timeStamp: number }) => void;
declare const window: {
  addEventListener(type: "keydown", listener: KeyListener, capture: boolean): void;
  removeEventListener(type: "keydown", listener: KeyListener, capture: boolean): void;
};

/**
 * Types a text into the editor that has the focus, a character every 50 ms, and returns for each the milliseconds from
 * the key to the second frame after it: the frame in which the character stands on the screen.
 */
export async function typeAndMeasure(code: VSCodePage, text: string): Promise<number[]> {
  const { page } = code;
  await page.evaluate(() => {
    const latencies: number[] = [];
    const listener = ({ timeStamp }: { readonly timeStamp: number }): void => {
      requestAnimationFrame(() => requestAnimationFrame((now) => void latencies.push(now - timeStamp)));
    };
    window.addEventListener("keydown", listener, true);
    (window as unknown as { benchTyping: unknown }).benchTyping = { latencies, end: () => window.removeEventListener("keydown", listener, true) };
  });
  for (const character of text) {
    await page.keyboard.press(character === " " ? "Space" : character);
    await page.waitForTimeout(50);
  }
  return page.evaluate(() => {
    const { latencies, end } = (window as unknown as { benchTyping: { latencies: number[]; end: () => void } }).benchTyping;
    end();
    return latencies;
  });
}
