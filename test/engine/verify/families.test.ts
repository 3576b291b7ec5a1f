import path from "node:path";
import { describe, expect, it } from "vitest";
import { encoderNames } from "../../../bench/parity/encoders.js";
import { familyNames, kinds, withModel } from "../../../bench/parity/families.js";
import { type GradientReference, readParityReference, referenceFolder } from "../../../bench/parity/reference.js";
import type { Backbone } from "../../../src/backbone/backbone.js";
import { RandomSource } from "../../../src/common/random.js";
import type { GradientRule } from "../../../src/engine/autodiff/rule.js";
import { gradientRules } from "../../../src/engine/autodiff/rule-table.js";
import type { TensorValues } from "../../../src/engine/program.js";
import { type GradientCheck, verifyGradient } from "../../../src/engine/verify/finite-difference-check.js";

/** The check of a model's first use on every tiny family: what is right is accepted, what one wrong rule makes is not. */

const root = path.join(import.meta.dirname, "..", "..", "..");
const families = [...kinds.flatMap((kind) => familyNames(root, kind).map((family) => path.join(kind, family))), ...encoderNames(root).map((family) => path.join("encoders", family))];

async function checksOf(backbone: Backbone, virtualTokens: number, values: TensorValues, { head, batch }: GradientReference, seeds: readonly number[]): Promise<GradientCheck[]> {
  const program = await backbone.createProgram({ virtualTokens, head });
  const given = Object.fromEntries(program.trainables.map(({ name }) => [name, values[name]]));
  try {
    const checks: GradientCheck[] = [];
    for (const seed of seeds) checks.push(await verifyGradient(program, batch, given, { directions: 2, random: RandomSource.fromSeed(seed) }));
    return checks;
  } finally {
    await program.dispose();
  }
}

const figures = ({ relativeErrors, uncertainties }: GradientCheck): string => relativeErrors.map((error, i) => `${error.toPrecision(2)} ± ${uncertainties[i].toPrecision(2)}`).join(", ");

describe("right gradients are accepted", () => {
  it.each(families)("%s, under every head", async (family) => {
    const reference = readParityReference(root, path.join(family, "reference"));
    await withModel(path.join(referenceFolder(root), family, "folder"), async (backbone) => {
      for (const gradient of reference.gradients) {
        for (const check of await checksOf(backbone, reference.virtualTokens, reference.trainables(backbone), gradient, [1, 2, 3])) {
          expect(check.passed, `${gradient.name}: ${figures(check)}`).toBe(true);
        }
      }
    });
  });
});

/** The rule of one operator, spoilt while a program is made. */
async function withRule<T>(operator: string, spoil: (rule: GradientRule) => GradientRule, work: () => Promise<T>): Promise<T> {
  const rules = gradientRules as Map<string, GradientRule>;
  const right = rules.get(operator)!;
  rules.set(operator, spoil(right));
  try {
    return await work();
  } finally {
    rules.set(operator, right);
  }
}

const scaled =
  (factor: number) =>
  (rule: GradientRule): GradientRule =>
  (node, gradients, context) =>
    rule(node, gradients, context).map((gradient) => gradient && context.builder.add("Mul", [gradient, context.builder.scalar(factor)]));

/** A softmax without the term in which every score lowers the others: g ⊙ y. */
const termMissing: () => GradientRule = () => (node, [g], { builder }) => [builder.add("Mul", [g!, node.outputs[0]])];

const faults: [string, string, (rule: GradientRule) => GradientRule][] = [
  ["one rule 1 % too large", "MatMul", scaled(1.01)],
  ["one rule's sign flipped", "Softmax", scaled(-1)],
  ["one term missing", "Softmax", termMissing],
];

describe("wrong gradients are refused", () => {
  for (const family of families.filter((name) => !name.startsWith("encoders"))) {
    it.each(faults)(`${family}: %s`, async (_name, operator, spoil) => {
      const reference = readParityReference(root, path.join(family, "reference"));
      await withModel(path.join(referenceFolder(root), family, "folder"), async (backbone) => {
        await withRule(operator, spoil, async () => {
          for (const check of await checksOf(backbone, reference.virtualTokens, reference.trainables(backbone), reference.gradients[0], [1, 2, 3])) expect(check.passed, figures(check)).toBe(false);
        });
      });
    });
  }
});
