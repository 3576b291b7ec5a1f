import { pageDocument } from "../../src/host/webview/page-document.js";
import type { BuiltPage } from "./build-page.js";

/** Where the page's files seem to come from. Nothing is fetched from there: the browser is answered from memory. */
export const pageOrigin = "http://page.test";

export interface PageFile {
  readonly contentType?: string;
  readonly status?: number;
  readonly body: string | Buffer;
}

/** The answers for a page's files, by their address. */
export function pageFiles({ script, styleSheet, fonts, ...document }: BuiltPage & { readonly nonce: string; readonly language: string; readonly title: string; readonly translations: string }) {
  const html = pageDocument({ ...document, source: pageOrigin, script: `${pageOrigin}/page.js`, styleSheet: `${pageOrigin}/page.css` });
  const files: Record<string, PageFile> = {
    [`${pageOrigin}/`]: { contentType: "text/html; charset=utf-8", body: withDefaultStyles(html) },
    [`${pageOrigin}/page.js`]: { contentType: "text/javascript; charset=utf-8", body: script },
    [`${pageOrigin}/page.css`]: { contentType: "text/css; charset=utf-8", body: styleSheet },
    ...Object.fromEntries(Object.entries(fonts).map(([name, body]) => [`${pageOrigin}/${name}`, { contentType: "font/ttf", body }])),
    [`${pageOrigin}/favicon.ico`]: { status: 204, body: "" },
  };
  return files;
}

/** VS Code puts its own style element first into the head, where the page's content security policy does not hold yet. */
function withDefaultStyles(html: string): string {
  return html.replace("<head>", `<head><style id="_defaultStyles">${defaultStyles}</style>`);
}

/** As VS Code 1.100 gives them to every webview. */
const defaultStyles = `
html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
body { overscroll-behavior-x: none; background-color: transparent; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
img, video { max-width: 100%; max-height: 100%; }
a, a code { color: var(--vscode-textLink-foreground); }
a:hover { color: var(--vscode-textLink-activeForeground); }
a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
code { font-family: var(--monaco-monospace-font); color: var(--vscode-textPreformat-foreground); background-color: var(--vscode-textPreformat-background); padding: 1px 3px; border-radius: 4px; }
pre code { padding: 0; }
blockquote { background: var(--vscode-textBlockQuote-background); border-color: var(--vscode-textBlockQuote-border); }
::-webkit-scrollbar { width: 10px; height: 10px; }
::-webkit-scrollbar-corner { background-color: var(--vscode-editor-background); }
::-webkit-scrollbar-thumb { background-color: var(--vscode-scrollbarSlider-background); }
`;
