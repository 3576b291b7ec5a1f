import type { Frame } from "playwright-core";
import type { VSCodePage } from "../host/vscode-page.js";

export interface Stage {
  readonly code: VSCodePage;
  /** Folders of finished runs. */
  readonly runs: readonly string[];
}

export interface Scene {
  readonly name: string;
  /** The view is a webview's page, which can be longer than the window. */
  readonly page?: true;
  /** Brings the view up, and resolves when all that is asynchronous in it has come. Works in every language. */
  readonly show: (stage: Stage) => Promise<void>;
}

/** Every view of the extension. A command is called with its run's folder: its title depends on the language. */
export const scenes: readonly Scene[] = [
  {
    name: "runs",
    show: async ({ code }) => {
      await code.evaluate((vscode) => vscode.commands.executeCommand("promptTuning.runs.focus"));
      await code.page.locator(".pane-body .monaco-list-row").first().waitFor();
    },
  },
  {
    name: "experiment-file",
    show: async ({ code }) => {
      await code.openFile("requests.ptune.json");
      await code.page.locator(".codelens-decoration a").first().waitFor();
    },
  },
  {
    name: "data-sets",
    show: async ({ code }) => {
      await code.evaluate((vscode) => vscode.commands.executeCommand("promptTuning.datasets.focus"));
      await code.page.locator(".pane-body .monaco-list-row", { hasText: "requests" }).first().waitFor();
    },
  },
  page("data-set", openDataset),
  page("data-set-quality", async (stage) => {
    await openDataset(stage);
    await (await stage.code.webviewFrame(/^/)).getByRole("tab").nth(3).click();
  }),
  page("run-view", (stage) => command(stage, "promptTuning.openRun", stage.runs.slice(0, 1))),
  page("compare-view", (stage) => command(stage, "promptTuning.compareRuns", stage.runs)),
  page("inspector", (stage) => command(stage, "promptTuning.inspectPrompt", stage.runs.slice(0, 1))),
  page("playground", (stage) => command(stage, "promptTuning.tryPrompt", stage.runs.slice(0, 1))),
  {
    name: "walkthrough",
    show: async ({ code }) => {
      await code.evaluate(async (vscode) => {
        const { id, packageJSON } = vscode.extensions.getExtension("prompt-tuning-lab.prompt-tuning-lab") ?? {};
        const [walkthrough] = (packageJSON as { contributes: { walkthroughs?: Array<{ id: string }> } }).contributes.walkthroughs ?? [];
        if (!walkthrough) throw new Error("The extension has no walkthrough.");
        await vscode.commands.executeCommand("workbench.action.openWalkthrough", `${id}#${walkthrough.id}`, false);
      });
      await code.page.locator(".gettingStartedContainer .step-title").first().waitFor();
    },
  },
];

function page(name: string, open: (stage: Stage) => Promise<void>): Scene {
  return {
    name,
    page: true,
    show: async (stage) => {
      await open(stage);
      await settled(await stage.code.webviewFrame(/^/));
    },
  };
}

async function openDataset({ code }: Stage): Promise<void> {
  await code.evaluate(async (vscode) => {
    const folder = vscode.workspace.workspaceFolders![0].uri;
    await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.joinPath(folder, "requests.ptune-data.json"), "promptTuning.dataset");
  });
  await (await code.webviewFrame(/^/)).locator("[role=row][aria-rowindex='2'] .data").first().waitFor();
}

/** Not awaited inside the extension host: some commands end only when their page is closed. */
async function command({ code }: Stage, id: string, runs: readonly string[]): Promise<void> {
  await code.evaluate(
    (vscode, call) => {
      void vscode.commands.executeCommand(call.id, call.runs[0], call.runs.length > 1 ? call.runs : undefined);
    },
    { id, runs },
  );
}

/**
 * The page has content, nothing in it is busy, and its text has been the same for a second. A page that is replaced
 * meanwhile (the walkthrough's, when the theme changes) is at rest as well: its successor is another page.
 */
export async function settled(frame: Frame): Promise<void> {
  const until = Date.now() + 120_000;
  let last = "";
  for (let same = 0; same < 10; ) {
    const seen = await look(frame);
    if (!seen) return;
    same = seen.text.trim() !== "" && seen.text === last && !seen.busy ? same + 1 : 0;
    last = seen.text;
    if (Date.now() > until) throw new Error(`A page did not come to rest within 120 s. It shows: ${seen.text.slice(0, 300)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function look(frame: Frame): Promise<{ text: string; busy: boolean } | undefined> {
  try {
    const text = await frame.locator("body").innerText();
    const busy = await frame.locator("[aria-busy=true]:visible, [role=progressbar]:not([aria-valuenow]):visible").count();
    return { text, busy: busy > 0 };
  } catch (error) {
    if (frame.isDetached()) return undefined;
    throw error;
  }
}
