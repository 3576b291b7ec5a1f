import path from "node:path";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { createExportedProgram } from "../../engine/exported/exported-program.js";
import { type ExportedModel, openExportedModel } from "../../engine/exported/open-exported-model.js";
import type { Program } from "../../engine/program.js";
import { decoderFamilyOf } from "../families/family.js";
import { type EncoderFamily, encoderFamilyOf } from "../families/encoder/family.js";
import type { Backbone, BackboneDescription, EncoderFacts, ProgramOptions } from "../backbone.js";
import type { EmbeddingTable } from "../../engine/embedding-table.js";
import { readBeside } from "../read-beside.js";
import type { ModelFiles } from "../sources/source.js";
import { createTokenizerFromJson } from "../tokenizer/from-json.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** What this program reads of the config.json that lies beside an export. */
const configSchema = z.object({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  num_hidden_layers: z.int().positive().optional(),
  num_attention_heads: z.int().positive().optional(),
  /** DistilBERT's words for the two. */
  n_layers: z.int().positive().optional(),
  n_heads: z.int().positive().optional(),
  max_position_embeddings: z.int().positive().optional(),
});

/** Where an export without config.json does not tell its context length. */
const assumedContextLength = 2048;

/** An exported language model or encoder (ONNX) with the tokenizer.json that lies beside it. */
class OnnxBackbone implements Backbone {
  readonly embeddings: EmbeddingTable;
  private readonly programs = new Set<Program>();

  constructor(
    private readonly model: ExportedModel,
    readonly description: BackboneDescription,
    readonly tokenizer: Tokenizer,
  ) {
    this.embeddings = model.readEmbeddings();
  }

  async createProgram({ virtualTokens, head, threads, onNotice }: ProgramOptions): Promise<Program> {
    const program = createExportedProgram({ model: this.model, contextLength: this.description.contextLength, virtualTokens, head, threads, onNotice });
    this.programs.add(program);
    return program;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
    this.programs.clear();
  }
}

/** @param hashOfFile SHA-256 (hex) of the model file. */
export async function openOnnxBackbone(files: ModelFiles, hashOfFile: () => Promise<string>): Promise<Backbone> {
  const model = await openExportedModel(files.modelFile);
  const tokenizer = await readOnnxTokenizer(files);
  const config = parseConfig(await readBeside(files, "config.json"), files);
  const family = encoderFamilyOf(config.model_type ?? "");
  return new OnnxBackbone(
    model,
    {
      name: files.name,
      // One name for a family whatever file it is in: GGUF files and folders say "gemma3", config.json "gemma3_text".
      family: decoderFamilyOf(config.model_type ?? "")?.name ?? config.model_type ?? "unknown",
      format: "onnx",
      hiddenSize: model.hiddenSize,
      layers: config.num_hidden_layers ?? config.n_layers ?? 0,
      attentionHeads: config.num_attention_heads ?? config.n_heads ?? 0,
      contextLength: config.max_position_embeddings === undefined ? assumedContextLength : config.max_position_embeddings - (family?.firstPosition ?? 0),
      encoder: encoderFacts(model, config, family),
      vocabularySize: model.vocabularySize,
      hash: await hashOfFile(),
      hubId: files.hubId,
    },
    tokenizer,
  );
}

/** Whether an export reads texts as a whole: what it takes, what it gives and config.json tell; undefined for a language model. */
function encoderFacts({ inputs, output, file }: ExportedModel, { architectures }: z.infer<typeof configSchema>, family: EncoderFamily | undefined): EncoderFacts | undefined {
  const isEncoder = family !== undefined || output.states !== undefined || inputs.types !== undefined || architectures?.some((name) => name.endsWith("ForMaskedLM"));
  if (!isEncoder) return undefined;
  if (!inputs.mask) {
    throw new PromptTuningError("model", "The ONNX export of an encoder has no input \"attention_mask\".", {
      reason: "Texts differ in length; without a mask an encoder would read the padding behind the shorter ones.",
      advice: "Export the model again with attention_mask, as optimum does.",
      file,
    });
  }
  return { scoresWords: output.logits !== undefined, pooler: false };
}

/** The tokenizer.json beside an export. @throws PromptTuningError kind "model". */
export async function readOnnxTokenizer(files: ModelFiles): Promise<Tokenizer> {
  const tokenizerText = await readBeside(files, "tokenizer.json");
  if (tokenizerText === undefined) {
    throw new PromptTuningError("model", "The model has no tokenizer.", {
      reason: `There is no tokenizer.json in ${files.folder}, nor in the folder above.`,
      advice: "Copy the tokenizer.json (and config.json) of the model it was exported from beside it.",
      file: files.modelFile,
    });
  }
  return createTokenizerFromJson(tokenizerText, await readBeside(files, "tokenizer_config.json"));
}

function parseConfig(text: string | undefined, files: ModelFiles): z.infer<typeof configSchema> {
  if (text === undefined) return {};
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PromptTuningError("model", "The model's config.json cannot be read.", {
      reason: cause instanceof Error ? cause.message : String(cause),
      advice: "Download or export it again.",
      file: path.join(files.folder, "config.json"),
      cause,
    });
  }
}
