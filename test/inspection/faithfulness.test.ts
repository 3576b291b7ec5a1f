import { describe, expect, it } from "vitest";
import { hardenPrompt, measureFaithfulness } from "../../src/inspection/faithfulness.js";
import { letterTokenizer, tableOf } from "../training/fake-backbone.js";

/** Ids 0 and 1 special, 2 "a", 3 "b", 4 "c" long, and 5, which the tokenizer does not know. */
const embeddings = tableOf(Float32Array.of(0.1, 0, 5, 5, 1, 0, 0, 1, 10, 1, -1, -1), 2);
const backbone = { embeddings, tokenizer: letterTokenizer(5) };

describe("faithfulness", () => {
  it("replaces each vector with its nearest token by the metric asked for", async () => {
    const prompt = Float32Array.of(0.1, 3, 1.2, 0.1, 4, 4.1);
    const ids = async (options: Parameters<typeof hardenPrompt>[2]) => (await hardenPrompt(prompt, backbone, options)).tokenIds;
    expect(await ids({})).toEqual([3, 4, 1]);
    expect(await ids({ metric: "dot" })).toEqual([1, 4, 4]);
    expect(await ids({ metric: "l2" })).toEqual([3, 2, 1]);
    expect(await ids({ metric: "l2", exclude: backbone.tokenizer.isSpecial })).toEqual([3, 2, 3]);
  });

  it("takes only tokens that the tokenizer knows, and gives text and values", async () => {
    const hardened = await hardenPrompt(Float32Array.of(-1, -1, 0, 2), backbone, { metric: "l2" });
    expect(hardened).toMatchObject({ tokenIds: [0, 3], text: "b", retokenizesAlike: false });
    expect(hardened.values).toEqual(Float32Array.of(embeddings.matrix()[0], 0, 0, 1));
    expect((await hardenPrompt(Float32Array.of(1, 0, 0, 2), backbone, { metric: "l2" })).retokenizesAlike).toBe(true);
  });

  it("evaluates the replaced prompt and says that it can mislead", async () => {
    const seen: Float32Array[] = [];
    const learned = { items: 4, accuracy: 1 };
    const { hardened, hardPrompt, caution, ...rest } = await measureFaithfulness(Float32Array.of(1.1, 0.05), backbone, learned, async (values) => {
      seen.push(values);
      return { items: 4, accuracy: 0.75 };
    }, { metric: "l2" });
    expect(seen).toEqual([Float32Array.of(1, 0)]);
    expect(hardPrompt).toBe("a");
    expect(hardened.accuracy).toBe(0.75);
    expect(rest).toEqual({ learned, retokenizesAlike: true });
    expect(caution).toContain("Khashabi et al. 2022");
  });

  it("refuses an empty vocabulary", async () => {
    await expect(hardenPrompt(Float32Array.of(1, 1), backbone, { exclude: () => true })).rejects.toMatchObject({ kind: "usage" });
  });
});
