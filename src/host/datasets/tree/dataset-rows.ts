import type * as vscode from "vscode";
import type { SplitName } from "../../../data/split-names.js";
import type { SplitCount } from "../../../data/description/schema.js";
import type { NamedData } from "../../../experiment/named-data.js";
import type { DescribedData } from "../described-data.js";

/** What the Data Sets view holds. */
export type DatasetsRow =
  /** A description of the workspace, or one that an experiment names. */
  | { readonly kind: "described"; readonly data: DescribedData; readonly experiments: readonly vscode.Uri[] }
  | { readonly kind: "split"; readonly parent: DescribedData; readonly count: SplitCount }
  | { readonly kind: "experiment"; readonly uri: vscode.Uri }
  /** Data that experiments name by their files, or a sample. */
  | { readonly kind: "named"; readonly data: NamedData; readonly experiments: readonly vscode.Uri[]; readonly missing: number }
  | { readonly kind: "data-file"; readonly split: SplitName; readonly path: string; readonly size: number | undefined; readonly columns: readonly string[]; readonly checked: boolean };
