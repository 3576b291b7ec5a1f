import * as vscode from "vscode";
import { everyRow } from "../../../protocol/backend/datasets.js";
import type { Services } from "../../services.js";
import { pickDataset } from "../pick-dataset.js";
import { withDataProgress } from "../with-progress.js";
import { askRoles } from "./ask-roles.js";

/** Columns that are offered. */
const mostOffered = 200;

/** Lets the person say anew what the columns of a data set are for. */
export async function chooseColumns(services: Services, args: readonly unknown[]): Promise<void> {
  const { backend } = services;
  const title = vscode.l10n.t("Choose Columns");
  const file = await pickDataset(services, args, title);
  if (file === undefined) return;
  const { columns, firstRow } = await withDataProgress(vscode.l10n.t("Opening the data set"), async (options) => {
    const opened = await backend.call("datasets/open", { file }, options);
    const offered = opened.columns.slice(0, mostOffered);
    const [first] = await backend.call("datasets/rows", { file, filter: everyRow, columns: offered.map((_, at) => at), from: 0, count: 1 }, options);
    return { columns: offered, firstRow: first };
  });
  const roles = await askRoles(title, columns.map(({ name, role }, at) => ({ name, role, example: firstRow?.cells[at]?.text ?? "" })));
  if (roles) await withDataProgress(vscode.l10n.t("Counting the labels"), (options) => backend.call("datasets/chooseColumns", { file, roles }, options));
}
