import { stat } from "node:fs/promises";
import path from "node:path";
import { peekTable } from "../../data/peek-table.js";
import { type Diagnostic, quoted } from "../diagnostic.js";
import type { ExperimentText } from "../load-experiment.js";
import { descriptionOf, filesOf, sampleOf } from "../schema.js";
import { checkData } from "./check-data.js";
import { checkDescription } from "./check-description.js";
import { checkLength, contextLengthOf } from "./check-length.js";
import { checkModel } from "./check-model.js";
import { checkSample } from "./check-sample.js";
import { type CheckContext, Findings } from "./context.js";

/**
 * What a look at the files beside an experiment tells, without opening its backbone: files that are not there, columns and
 * labels the data do not have, names the catalogue does not know, lengths that cannot be. Quick enough for every pause in
 * typing. The text's own problems are not repeated.
 */
export async function checkFiles({ document, sections }: ExperimentText, folder: string, peek: CheckContext["peek"] = peekTable): Promise<Diagnostic[]> {
  if (!document) return [];
  const context: CheckContext = { document, folder, peek };
  const findings = new Findings(document);
  const { model, dataset, task, method } = sections;
  if (model !== undefined) await checkModel(model, context, findings);
  if (dataset !== undefined) {
    const files = filesOf(dataset);
    const sample = sampleOf(dataset);
    const described = descriptionOf(dataset);
    if (files) await checkData(files, task, context, findings);
    else if (described) await checkDescription(described, task, folder, findings);
    else if (sample) checkSample(sample.sample, typeof dataset === "string" ? ["dataset"] : ["dataset", "sample"], task, findings);
  }
  const contextLength = contextLengthOf(model);
  if (task && contextLength !== undefined) checkLength(task, contextLength, findings);
  if (method?.init.type === "file" && !(await stat(path.resolve(folder, method.init.path)).catch(() => undefined)))
    findings.value(`There is no file or folder ${quoted(method.init.path)}, seen from this file's folder.`, ["method", "init", "path"]);
  return findings.all.sort((a, b) => a.offset - b.offset);
}
