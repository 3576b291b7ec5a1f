import path from "node:path";
import { descriptionOf, type Experiment, filesOf } from "./schema.js";

/**
 * The experiment with its paths relative to another folder: a run's own copy names its files as seen from the run's
 * folder, so that a workspace can be moved as a whole.
 */
export function withPathsRelativeTo(experiment: Experiment, from: string, to: string): Experiment {
  const move = (file: string): string => movePath(file, from, to);
  const { model, dataset, method } = experiment;
  const files = filesOf(dataset);
  const described = descriptionOf(dataset);
  return {
    ...experiment,
    model: moveModel(model, from, to),
    dataset: files
      ? {
          ...files,
          train: move(files.train),
          ...(files.validation === undefined ? {} : { validation: move(files.validation) }),
          ...(files.test === undefined ? {} : { test: move(files.test) }),
        }
      : described
        ? { ...described, description: move(described.description) }
        : dataset,
    method: method.init.type === "file" ? { ...method, init: { ...method.init, path: move(method.init.path) } } : method,
  };
}

/** A model's setting as seen from another folder. */
export function moveModel(model: Experiment["model"], from: string, to: string): Experiment["model"] {
  return typeof model === "object" && "path" in model ? { path: movePath(model.path, from, to) } : model;
}

/** A path relative to `from` as seen from `to`, with "/"; absolute paths and "~" stay. */
function movePath(file: string, from: string, to: string): string {
  if (path.isAbsolute(file) || file.startsWith("~")) return file;
  return path.relative(to, path.resolve(from, file)).split(path.sep).join("/");
}
