import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { Services } from "../services.js";

const names = ["promptTuning_list_runs", "promptTuning_get_run", "promptTuning_start_run"] as const;

/** Tools for language models (chat, agents): look at runs, and start one after the person has agreed. */
export function registerLanguageModelTools(services: Services): vscode.Disposable {
  // Editors that are built on an older VS Code, or without chat, do not have it.
  const register = (vscode as { lm?: Partial<typeof vscode.lm> }).lm?.registerTool;
  if (!register) return vscode.Disposable.from();
  const load = () => import("./tools.js");
  return vscode.Disposable.from(
    ...names.map((name) =>
      register<object>(name, {
        invoke: async ({ input }) => {
          const answer = await described(async () => (await load()).invokeTool(services, name, input));
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(answer))]);
        },
        prepareInvocation: name === "promptTuning_start_run" ? async ({ input }) => described(async () => (await load()).confirmStart(services, input)) : () => ({ invocationMessage: vscode.l10n.t("Looking at runs") }),
      }),
    ),
  );
}

/** A model is told why something failed and what to do, as a person is. */
async function described<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof PromptTuningError ? new Error(error.describe()) : error;
  }
}
