import type { Page } from "playwright-core";
import type { Channel } from "../../src/protocol/channel.js";

/** The messages of a page in a browser: JSON, in order, as a webview's. */
export async function pageChannel(page: Page): Promise<Channel> {
  const listeners: ((message: unknown) => void)[] = [];
  const closeListeners: (() => void)[] = [];
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    closeListeners.forEach((listener) => listener());
  };
  await page.exposeFunction("sendToHost", (text: string) => {
    const message: unknown = JSON.parse(text);
    if (!closed) listeners.forEach((listener) => listener(message));
  });
  page.on("close", close);
  let last: Promise<void> = Promise.resolve();
  return {
    send: (message) => {
      const text = JSON.stringify(message);
      last = last.then(() => page.evaluate((each) => window.postMessage(JSON.parse(each), "*"), text)).catch(close);
    },
    onMessage: (listener) => void listeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
    close,
  };
}
