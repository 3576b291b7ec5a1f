import { measureProducts, type ProductTrial } from "../../src/backend/gradients/product-trial.js";
import { openRealBackbone } from "../parity/real-backbone.js";
import { sequenceBatch } from "../step/sequence-batch.js";

/** What a processor computes of one batch, and what the trial of its products finds. */
export interface RoundedGradient {
  readonly loss: { readonly exact: number; readonly approximate: number };
  /** Of the virtual tokens [virtualTokens, width], row by row. */
  readonly gradient: { readonly exact: readonly number[]; readonly approximate: readonly number[] };
  readonly trial: ProductTrial;
}

/** Small: an emulated processor computes some hundred times as slowly. */
const size = { batchSize: 2, textTokens: 12, virtualTokens: 4 };

/** `node rounded-gradient-worker.cjs --print`: one step, exact and approximate, as a line of JSON. */
if (process.argv[2] === "--print") {
  measure().then((result) => process.stdout.write(`${JSON.stringify(result)}\n`), (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}

async function measure(): Promise<RoundedGradient> {
  const backbone = await openRealBackbone();
  const batch = sequenceBatch(size, 3);
  const prompt = backbone.embeddings.gather(Array.from({ length: size.virtualTokens }, (_, i) => 500 + i));
  const step = async (backward: "exact" | "approximate") => {
    const program = await backbone.createProgram({ virtualTokens: size.virtualTokens, head: { kind: "words", tokenIds: Int32Array.of(300, 301) }, backward, threads: 1 });
    const { loss, gradients } = await program.step(batch, { prompt });
    await program.dispose();
    return { loss, gradient: [...gradients.prompt] };
  };
  const [exact, approximate] = [await step("exact"), await step("approximate")];
  const products = (await backbone.openBackwardProducts!({ threads: 1 }))!;
  const trial = await measureProducts(products);
  await products.dispose();
  await backbone.dispose();
  return { loss: { exact: exact.loss, approximate: approximate.loss }, gradient: { exact: exact.gradient, approximate: approximate.gradient }, trial };
}
