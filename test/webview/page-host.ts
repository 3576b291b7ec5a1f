import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { AxeResults, Result as AxeFinding } from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { requireBrowser } from "../../scripts/lib/browser.mjs";
import type { PageName } from "../../src/host/webview/page-html.js";
import type { Contract } from "../../src/protocol/contract.js";
import { Peer } from "../../src/protocol/peer.js";
import { buildPage } from "./build-page.js";
import { pageChannel } from "./page-channel.js";
import { pageFiles, pageOrigin } from "./page-files.js";
import { type PageTheme, standIn, themeOf } from "./page-stand-in.js";

/** How a page is opened. */
export interface PageHostSetting<Own extends Contract, Other extends Contract> {
  readonly page: PageName;
  /** What the host answers for this page. */
  readonly own: Own;
  /** What the page answers and listens to. */
  readonly other: Other;
  /** Registers the handlers, as the extension host does. */
  readonly connect: (peer: Peer<Own, Other>) => void;
  readonly theme?: PageTheme;
  /** Language tag; "en" where absent. Its bundle is read from l10n/. */
  readonly language?: string;
  /** Taken for the language's bundle. */
  readonly translations?: Readonly<Record<string, string>>;
  readonly title?: string;
  /** What the page remembers from before it was hidden. */
  readonly state?: unknown;
  readonly width?: number;
  readonly height?: number;
  /** Pixels of the screen to one of the page; 2 makes sharper pictures. */
  readonly scale?: number;
  readonly reducedMotion?: boolean;
}

/** The browser of one test file or script. */
export class PageBrowser {
  private browser: Promise<Browser> | undefined;

  /** @throws Error with a sentence where no browser is found. */
  async open<Own extends Contract, Other extends Contract>(setting: PageHostSetting<Own, Other>): Promise<PageHost<Own, Other>> {
    this.browser ??= chromium.launch({ executablePath: requireBrowser(), args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
    const context = await (await this.browser).newContext({
      viewport: { width: setting.width ?? 1000, height: setting.height ?? 800 },
      deviceScaleFactor: setting.scale ?? 1,
      reducedMotion: setting.reducedMotion ? "reduce" : "no-preference",
    });
    return PageHost.open(context, setting);
  }

  async close(): Promise<void> {
    await (await this.browser)?.close();
    this.browser = undefined;
  }
}

/**
 * One of our pages in a browser, without VS Code: under the product's own document and content security policy, with a
 * theme's variables, the classes and the acquireVsCodeApi of a webview, and a host that speaks the product's protocol.
 */
export class PageHost<Own extends Contract, Other extends Contract> {
  private constructor(
    readonly page: Page,
    readonly peer: Peer<Own, Other>,
    /** What must not happen: errors of the page, refusals by the content security policy, requests to a network, broken protocol. */
    readonly problems: readonly string[],
    private readonly context: BrowserContext,
  ) {}

  static async open<Own extends Contract, Other extends Contract>(context: BrowserContext, setting: PageHostSetting<Own, Other>): Promise<PageHost<Own, Other>> {
    const { own, other, theme = "light", language = "en", title = "Page", state } = setting;
    const built = await buildPage(setting.page);
    const page = await context.newPage();
    const problems: string[] = [];
    const peer = new Peer(await pageChannel(page), own, other, "The page", (reason) => problems.push(`protocol: ${reason}`));
    setting.connect(peer);
    page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(`console: ${message.text()}`);
    });
    const files = pageFiles({ ...built, nonce: randomBytes(18).toString("base64"), language, title, translations: translationsOf(setting) });
    await context.route("**/*", async (route) => {
      const file = files[route.request().url().replace(/\?.*$/, "")];
      if (file) return route.fulfill(file);
      problems.push(`request: ${route.request().url()}`);
      return route.abort();
    });
    await page.addInitScript(standIn, { theme: themeOf(theme), state: state ?? null });
    await page.goto(`${pageOrigin}/`);
    return new PageHost(page, peer, problems, context);
  }

  /** Another theme, as VS Code changes it while the page is open. */
  async setTheme(theme: PageTheme): Promise<void> {
    await this.page.evaluate((next) => (window as unknown as { setVsCodeTheme(theme: unknown): void }).setVsCodeTheme(next), themeOf(theme));
  }

  /** What the page remembered last (pageState.write). */
  state(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as { vsCodeState: unknown }).vsCodeState);
  }

  /** Writes a picture of the whole page. */
  async screenshot(file: string): Promise<void> {
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, fullPage: true, animations: "disabled" });
  }

  /** What axe-core finds serious or critical, one sentence each: rule, elements, reason. */
  async axe(): Promise<string[]> {
    // Through the debugger: the page's own content security policy forbids it to anybody else.
    const session = await this.context.newCDPSession(this.page);
    try {
      await session.send("Runtime.evaluate", { expression: axeSource() });
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression: "axe.run(document, { resultTypes: ['violations'] })", awaitPromise: true, returnByValue: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return (result.value as AxeResults).violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(describe);
    } finally {
      await session.detach();
    }
  }

  /** Presses keys one after the other ("Tab", "Shift+Tab", "ArrowRight", "a"). */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Role and name of what has the focus, through shadow roots: "button Stop". */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      let element = document.activeElement;
      const named: Element[] = [];
      for (; element; element = element.shadowRoot?.activeElement ?? null) named.push(element);
      const [outer] = named;
      const inner = named.at(-1);
      if (!outer || !inner || outer === document.body) return "";
      const role = outer.getAttribute("role") ?? inner.getAttribute("role") ?? inner.tagName.toLowerCase();
      const labelledBy = outer.getAttribute("aria-labelledby");
      const name = outer.getAttribute("aria-label") ?? (labelledBy ? document.getElementById(labelledBy)?.textContent : outer.textContent) ?? "";
      return `${role} ${name.trim().replace(/\s+/g, " ")}`.trim();
    });
  }

  /** Everything that Tab reaches, in order, from the page's begin until it comes round (or `most` stops). */
  async tabStops(most = 200): Promise<string[]> {
    const found: string[] = [];
    // Where the last click was, Tab would go on from there.
    await this.page.evaluate(() => {
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute("tabindex");
    });
    for (let i = 0; i < most; i++) {
      await this.page.keyboard.press("Tab");
      const now = await this.focused();
      if (now === "") break;
      found.push(now);
    }
    return found;
  }

  async close(): Promise<void> {
    this.peer.close();
    await this.context.close();
  }
}

function translationsOf({ language = "en", translations }: { readonly language?: string; readonly translations?: Readonly<Record<string, string>> }): string {
  if (translations) return JSON.stringify(translations);
  return language === "en" ? "{}" : readFileSync(new URL(`../../l10n/bundle.l10n.${language.toLowerCase()}.json`, import.meta.url), "utf8");
}

function axeSource(): string {
  return readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
}

function describe({ id, help, nodes }: AxeFinding): string {
  const elements = nodes.slice(0, 5).map(({ target, any, all, none }) => `${target.flat().join(" ")} (${[...any, ...all, ...none][0]?.message ?? ""})`);
  return `${id}: ${help}. ${nodes.length} elements: ${elements.join("; ")}`;
}
