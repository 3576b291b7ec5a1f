import * as vscode from "vscode";

/** "98 MB", "1.4 GB": decimal units, as disks are sold and downloads are told. */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return vscode.l10n.t("{0} bytes", bytes);
  const [unit, size] = bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  const value = bytes / (size as number);
  return `${value.toLocaleString(vscode.env.language, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}
