export interface PageDocument {
  /** Fresh for each page, base64: only scripts that carry it run. The controls' library asks for it (csp-nonce) to find out what the browser knows. */
  readonly nonce: string;
  /** Where style sheets, fonts and pictures come from: the webview's cspSource. */
  readonly source: string;
  readonly script: string;
  readonly styleSheet: string;
  readonly title: string;
  /** Language tag of the person's language. */
  readonly language: string;
  /** The bundle of that language as JSON; "{}" for English. */
  readonly translations: string;
}

/** A page's document: its script and style sheet, and the translations. Nothing else may run in it, and it reaches no network. */
export function pageDocument({ nonce, source, script, styleSheet, title, language, translations }: PageDocument): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source} 'nonce-${nonce}'; font-src ${source}; img-src ${source} data:`;
  return `<!DOCTYPE html>
<html lang="${escape(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escape(styleSheet)}">
<title>${escape(title)}</title>
</head>
<body>
<main id="page"></main>
<script type="application/json" id="translations">${translations.replaceAll("<", "\\u003c")}</script>
<script nonce="${nonce}" src="${escape(script)}"></script>
</body>
</html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
