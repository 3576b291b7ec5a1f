import { float as f, int, text } from "../../../../src/engine/graph/attribute.js";
import { absent, float, type OperatorCase, same } from "../operator-case.js";

const transposition = (a: number, b: number): OperatorCase["attributes"] => ({ transA: int(a), transB: int(b) });
const left = (transposed: number, batch: number[] = []): number[] => (transposed ? [...batch, 3, 2] : [...batch, 2, 3]);
const right = (transposed: number, batch: number[] = []): number[] => (transposed ? [...batch, 4, 3] : [...batch, 3, 4]);
const all = [[0, 0], [1, 0], [0, 1], [1, 1]];

const equation = (written: string): OperatorCase["attributes"] => ({ equation: text(written) });
const ranked: OperatorCase["declarations"] = ["sizes", "names", "rank"];

export const matrixCases: Readonly<Record<string, readonly OperatorCase[]>> = {
  MatMul: [
    { note: "matrices", inputs: [float([2, 3]), float([3, 4])] },
    { note: "a batch and a shared weight", inputs: [float([2, 2, 3]), float([3, 4])] },
    { note: "a shared left operand", inputs: [float([2, 3]), float([2, 3, 2])] },
    { note: "batches", inputs: [float([2, 2, 3]), float([2, 3, 2])] },
    { note: "batches broadcast both ways", inputs: [float([2, 1, 2, 3]), float([1, 3, 3, 2])] },
    { note: "batch of one", inputs: [float([1, 2, 3]), float([2, 3, 2])] },
    { note: "a row vector of size 1", inputs: [float([1, 1]), float([1, 3])] },
    // Rank 1 must be known when the backward graph is written.
    { note: "vector times matrix", inputs: [float([3]), float([3, 4])], declarations: ["sizes", "names", "rank"] },
    { note: "matrix times vector", inputs: [float([2, 3]), float([3])], declarations: ["sizes", "names", "rank"] },
    { note: "batch times vector", inputs: [float([2, 2, 3]), float([3])], declarations: ["sizes", "names", "rank"] },
    { note: "vector times batch", inputs: [float([3]), float([2, 3, 2])], declarations: ["sizes", "names", "rank"] },
    { note: "vector times vector", inputs: [float([3]), float([3])], declarations: ["sizes", "names", "rank"] },
    { note: "a square with itself", inputs: [float([3, 3]), same(0)] },
  ],
  Einsum: [
    { note: "a matrix product", inputs: [float([2, 3]), float([3, 4])], attributes: equation("ij,jk->ik") },
    { note: "scores of an attention", inputs: [float([1, 2, 3, 2]), float([1, 2, 4, 2])], attributes: equation("bhqd,bhkd->bhqk") },
    { note: "spaces, capitals and a transposed result", inputs: [float([2, 3]), float([3, 4])], attributes: equation(" i J , J k -> k i ") },
    { note: "no result written", inputs: [float([2, 3]), float([3, 4])], attributes: equation("bj,ja") },
    { note: "three operands", inputs: [float([2, 3]), float([3, 4]), float([4, 2])], attributes: equation("ij,jk,kl->il") },
    { note: "an outer product", inputs: [float([2]), float([3])], attributes: equation("i,j->ij") },
    { note: "an inner product", inputs: [float([3]), float([3])], attributes: equation("i,i->") },
    { note: "a factor without dimensions", inputs: [float([]), float([2, 3])], attributes: equation(",ij->ij") },
    { note: "letters of one operand summed over", inputs: [float([2, 3, 2]), float([3, 4])], attributes: equation("ijk,jl->j") },
    { note: "one operand transposed", inputs: [float([2, 3])], attributes: equation("ij->ji") },
    { note: "one operand as it is", inputs: [float([2, 3])], attributes: equation("ij->ij") },
    { note: "one operand summed over", inputs: [float([2, 3])], attributes: equation("ij->j") },
    { note: "an operand with itself", inputs: [float([2, 3]), same(0)], attributes: equation("ij,kj->ik") },
    { note: "sizes of 1 broadcast", inputs: [float([2, 1]), float([1, 3])], attributes: equation("ij,ij->ij") },
    { note: "sizes of 1 broadcast and summed over", inputs: [float([2, 3]), float([2, 1])], attributes: equation("ij,ij->i") },
    { note: "an ellipsis", inputs: [float([2, 2, 3]), float([2, 3, 2])], attributes: equation("...ij,...jk->...ik"), declarations: ranked },
    { note: "an ellipsis and no result written", inputs: [float([2, 3]), float([3, 2])], attributes: equation("i...,...i"), declarations: ranked },
    { note: "an ellipsis in the middle, broadcast", inputs: [float([4, 2, 1, 3]), float([1, 2, 3])], attributes: equation("i...j,...j->j...i"), declarations: ranked },
  ],
  Gemm: [
    ...all.map(([a, b]) => ({ note: `transA ${a}, transB ${b}`, inputs: [float(left(a)), float(right(b)), float([4])], attributes: transposition(a, b) })),
    { note: "no bias", inputs: [float([2, 3]), float([3, 4])] },
    { note: "bias left out by name", inputs: [float([2, 3]), float([3, 4]), absent] },
    { note: "factors", inputs: [float([2, 3]), float([3, 4]), float([2, 1])], attributes: { alpha: f(0.5), beta: f(-2) } },
    { note: "scalar bias", inputs: [float([2, 3]), float([3, 4]), float([])], attributes: { beta: f(3) } },
  ],
  "com.microsoft:FusedMatMul": [
    ...all.flatMap(([a, b]) => [
      { note: `transA ${a}, transB ${b}`, inputs: [float(left(a)), float(right(b))], attributes: transposition(a, b) },
      { note: `transA ${a}, transB ${b}, batches`, inputs: [float(left(a, [2])), float(right(b, [2]))], attributes: { ...transposition(a, b), alpha: f(0.7) } },
    ]),
    { note: "batch and shared weight", inputs: [float([2, 2, 3]), float([4, 3])], attributes: transposition(0, 1) },
    { note: "batches broadcast", inputs: [float([2, 1, 2, 3]), float([3, 4, 3])], attributes: transposition(0, 1) },
  ],
};
