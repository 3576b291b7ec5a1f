import { afterAll } from "vitest";
import { PageBrowser } from "./page-host.js";

/** The browser of a test file, closed at its end. */
export function pages(): PageBrowser {
  const browser = new PageBrowser();
  afterAll(() => browser.close());
  return browser;
}
