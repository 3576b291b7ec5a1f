import path from "node:path";
import * as vscode from "vscode";
import type { NamedData } from "../../experiment/named-data.js";
import type { Services } from "../services.js";

const mostExperiments = 500;

export interface NamedByExperiments {
  readonly data: NamedData;
  readonly experiments: readonly vscode.Uri[];
}

/** The data that the workspace's experiment files name, each once, with the experiments that learn from it. */
export async function namedByExperiments({ log }: Pick<Services, "log">): Promise<readonly NamedByExperiments[]> {
  const { readExperimentSource } = await import("../../experiment/load-experiment.js");
  const { groupData, namedData } = await import("../../experiment/named-data.js");
  const files = await vscode.workspace.findFiles("**/*.ptune.json", "**/{node_modules,.ptune}/**", mostExperiments);
  const experiments = await Promise.all(
    files.map(async (experiment) => {
      const text = await readExperimentSource(experiment.fsPath).catch((error: unknown) => void log.debug(String(error)));
      return { experiment, data: text === undefined ? undefined : namedData(text, path.dirname(experiment.fsPath)) };
    }),
  );
  return groupData(experiments);
}

/** The experiments that name a description. */
export async function experimentsOf(services: Pick<Services, "log">, description: string): Promise<readonly vscode.Uri[]> {
  return (await namedByExperiments(services)).find(({ data }) => data.description === description)?.experiments ?? [];
}
