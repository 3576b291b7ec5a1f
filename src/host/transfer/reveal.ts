import * as vscode from "vscode";

/** Shows a file or folder: in the explorer where it belongs to the workspace, else where the system shows files. */
export async function reveal(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand(vscode.workspace.getWorkspaceFolder(uri) ? "revealInExplorer" : "revealFileInOS", uri);
}
