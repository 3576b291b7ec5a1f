import { readFileSync } from "node:fs";

/** The four themes the product is looked at in: VS Code's Default Light Modern, Dark Modern, High Contrast and High Contrast Light. */
export const pageThemes = ["light", "dark", "high-contrast", "high-contrast-light"] as const;
export type PageTheme = (typeof pageThemes)[number];

/** What a webview is given of a theme. */
export interface ThemeValues {
  /** "vscode-light", ... */
  readonly kind: string;
  /** The body's classes. */
  readonly classes: readonly string[];
  readonly name: string;
  /** The --vscode-* variables, as read out of a webview of VS Code 1.100 (those that no page has use for left out). */
  readonly variables: Readonly<Record<string, string>>;
}

const kinds: Readonly<Record<PageTheme, Omit<ThemeValues, "variables">>> = {
  light: { kind: "vscode-light", classes: ["vscode-light"], name: "Light Modern" },
  dark: { kind: "vscode-dark", classes: ["vscode-dark"], name: "Dark Modern" },
  "high-contrast": { kind: "vscode-high-contrast", classes: ["vscode-high-contrast"], name: "Dark High Contrast" },
  "high-contrast-light": { kind: "vscode-high-contrast-light", classes: ["vscode-high-contrast-light", "vscode-high-contrast"], name: "Light High Contrast" },
};

export function themeOf(theme: PageTheme): ThemeValues {
  const variables = JSON.parse(readFileSync(new URL(`themes/${theme}.json`, import.meta.url), "utf8")) as Record<string, string>;
  return { ...kinds[theme], variables };
}

/**
 * Runs in the page before its script: VS Code's side of a webview. The theme's variables on the document's element, the
 * body's classes and attributes, and acquireVsCodeApi, whose messages go to the test.
 */
export function standIn({ theme, state }: { readonly theme: ThemeValues; readonly state: unknown }): void {
  const own = window as unknown as { setVsCodeTheme(next: ThemeValues): void; vsCodeState: unknown; acquireVsCodeApi(): unknown; sendToHost(message: string): void };
  own.setVsCodeTheme = (next) => {
    // A theme that has no border, for one, has no variable of it.
    document.documentElement.removeAttribute("style");
    for (const [name, value] of Object.entries(next.variables)) document.documentElement.style.setProperty(name, value);
    document.body.classList.remove("vscode-light", "vscode-dark", "vscode-high-contrast", "vscode-high-contrast-light");
    document.body.classList.add(...next.classes);
    document.body.dataset.vscodeThemeKind = next.kind;
    document.body.dataset.vscodeThemeName = next.name;
  };
  // The body must be as VS Code makes it before the page's script runs: an observer is called before every script.
  const observer = new MutationObserver(() => {
    if (!document.body) return;
    observer.disconnect();
    document.body.classList.add("vscode-body");
    own.setVsCodeTheme(theme);
    document.body.setAttribute("role", "document");
  });
  observer.observe(document, { childList: true, subtree: true });
  own.vsCodeState = state ?? undefined;
  let acquired = false;
  own.acquireVsCodeApi = () => {
    if (acquired) throw new Error("An instance of the VS Code API has already been acquired");
    acquired = true;
    return {
      postMessage: (message: unknown) => own.sendToHost(JSON.stringify(message)),
      getState: () => own.vsCodeState,
      setState: (next: unknown) => (own.vsCodeState = JSON.parse(JSON.stringify(next)) as unknown),
    };
  };
}
