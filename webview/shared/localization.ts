import * as l10n from "@vscode/l10n";
import { z } from "zod";

// Zod compiles its checks where it may; the page's content security policy forbids that.
z.config({ jitless: true });

const bundle = document.getElementById("translations")?.textContent;
if (bundle) l10n.config({ contents: bundle });

/** Translates; the English sentence is the key. Placeholders: {0}, {1}. */
export const t = l10n.t;
/** The language of the page, for numbers and dates. */
export const language = document.documentElement.lang || "en";
