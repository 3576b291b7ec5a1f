import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * Makes a server offer a display language. VS Code's own strings stay English (its language packs are on its market
 * place only), but `vscode.env.language` becomes `locale`, so that the extension's l10n bundle and package.nls are used.
 * code-server reads which one to use from argv.json.
 */
export async function offerLanguage(dataFolder: string, locale: string): Promise<void> {
  const folder = path.join(dataFolder, "data");
  const translations = path.join(folder, `empty.${locale}.i18n.json`);
  const pack = { hash: `test-${locale}`, label: locale, extensions: [{ extensionIdentifier: { id: `tests.language-pack-${locale}` }, version: "0.0.0" }], translations: { vscode: translations } };
  await mkdir(path.join(folder, "User"), { recursive: true });
  await writeFile(translations, JSON.stringify({ version: "1.0.0", contents: {} }));
  await writeFile(path.join(folder, "User", "argv.json"), JSON.stringify({ locale }));
  await writeFile(path.join(folder, "languagepacks.json"), JSON.stringify({ [locale]: pack }));
}
