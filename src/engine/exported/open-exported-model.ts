import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { EmbeddingTable } from "../embedding-table.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Graph } from "../graph/graph.js";
import { prune } from "../graph/prune.js";
import { chooseBranches } from "../lowering/choose-branches.js";
import { lowerGraph } from "../lowering/lower-graph.js";
import { parseModel } from "../onnx/model-file.js";
import { readEmbeddingTable } from "./embedding-table.js";
import { type EmbeddingSite, findEmbedding } from "./find-embedding.js";
import { findOutput, type ModelOutput } from "./find-output.js";
import { guardModel } from "./guard.js";
import { dropUnreadPast, findModelInputs, type ModelInputs, sortModelInputs } from "./model-inputs.js";
import { inlineSmallConstants } from "./inline-small.js";
import { resolveLinks } from "./resolve-links.js";
import { freeReservedNames } from "./reserved-names.js";

/** An exported language model or encoder, understood as far as training through it needs. */
export interface ExportedModel {
  readonly file: string;
  /** Folder that external weights lie in (links resolved). */
  readonly folder: string;
  /** Lowered; programs work on clones of it. */
  readonly graph: Graph;
  readonly inputs: ModelInputs;
  readonly embedding: EmbeddingSite;
  readonly output: ModelOutput;
  /** d */
  readonly hiddenSize: number;
  /** Rows of the embedding matrix. */
  readonly vocabularySize: number;
  /** Reads the embedding matrix; each call reads anew. */
  readEmbeddings(): EmbeddingTable;
}

/**
 * Opens an ONNX language model: inputs input_ids (and attention_mask, position_ids, token_type_ids, empty past keys and
 * values), output logits, or the hidden states of an encoder. Weights in data files beside it are referenced, not read.
 * @throws PromptTuningError kind "model" or "operator".
 */
export async function openExportedModel(file: string): Promise<ExportedModel> {
  const bytes = await readModel(file);
  return guardModel(file, () => understand(bytes, file));
}

function understand(bytes: Uint8Array, file: string): ExportedModel {
  const graph = parseModel(bytes, file);
  chooseBranches(graph);
  const folder = resolveLinks(graph, dirname(file), file);
  inlineSmallConstants(graph, folder);
  freeReservedNames(graph);
  // Refused inputs first: their message says more than that of an operator behind them.
  sortModelInputs(graph, file);
  lowerGraph(graph, file);
  prune(graph);
  dropUnreadPast(graph);
  const inputs = findModelInputs(graph, file);
  const embedding = findEmbedding(graph, inputs.ids.name, file);
  const { rows: vocabularySize, width: hiddenSize } = embedding.table;
  const output = findOutput(graph, vocabularySize, hiddenSize, file);
  return { file, folder, graph, inputs, embedding, output, hiddenSize, vocabularySize, readEmbeddings: () => guardModel(file, () => readEmbeddingTable(embedding.table, folder)) };
}

/** What a protobuf message may take; larger weights lie in files of their own. */
const mostModelBytes = 2 ** 31 - 1;

async function readModel(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > mostModelBytes) throw new Error(`It has ${size} bytes; an ONNX file has at most ${mostModelBytes}, larger weights lie in data files beside it.`);
    return await readFile(file);
  } catch (cause) {
    throw new PromptTuningError("model", "The model file cannot be read.", {
      reason: cause instanceof Error ? cause.message : String(cause),
      advice: "Check the path under \"model\" in the experiment file.",
      file,
      cause,
    });
  }
}
