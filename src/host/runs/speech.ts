import * as vscode from "vscode";
import type { Speech } from "./words.js";

/** In the editor's language, as of now. */
export const currentSpeech = (): Speech => ({ l10n: vscode.l10n, language: vscode.env.language, now: Date.now() });
