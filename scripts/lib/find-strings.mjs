/**
 * The strings of the user interface that are to be translated: first arguments of vscode.l10n.t, l10n.t and, in
 * webview/, t of shared/localization.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { root } from "./prepare.mjs";

/** @returns {{ strings: Map<string, string>, problems: string[] }} each string with the first place it stands at; calls whose string cannot be known */
export function findStrings() {
  const strings = new Map();
  const problems = [];
  for (const file of ["src/extension.ts", ...sources("src/host"), ...sources("webview")]) {
    const source = ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true, file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
    const visit = (node) => {
      if (ts.isCallExpression(node) && isTranslation(node.expression, file)) {
        const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
        const text = textOf(node.arguments[0]);
        if (text === undefined) problems.push(`${place}: what is translated must be a plain string`);
        else if (!strings.has(text)) strings.set(text, place);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { strings, problems };
}

function isTranslation(callee, file) {
  const text = callee.getText();
  return text === "vscode.l10n.t" || text === "l10n.t" || (text === "t" && file.startsWith("webview/"));
}

function textOf(node) {
  if (node && ts.isStringLiteralLike(node)) return node.text;
  if (node && ts.isObjectLiteralExpression(node)) {
    const [message, comment] = ["message", "comment"].map((name) => textOf(node.properties.find((property) => property.name?.getText() === name)?.initializer));
    // As l10n looks it up: one English word may need two in another language.
    return message === undefined || comment === undefined ? message : `${message}/${comment}`;
  }
  if (node && ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

function sources(folder) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.posix.join(folder, String(name).replaceAll("\\", "/")))
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .sort();
}
