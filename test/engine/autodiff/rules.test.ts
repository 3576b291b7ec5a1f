import { describe, expect, it } from "vitest";
import { supportedOperators } from "../../../src/engine/autodiff/rule-table.js";
import { basicCases } from "./cases/basic.js";
import { matrixCases } from "./cases/matrices.js";
import { normalizationCases } from "./cases/normalizations.js";
import { quantisedCases } from "./cases/quantised.js";
import { shapeCases } from "./cases/shapes.js";
import { checkGradients } from "./finite-differences.js";
import { declarations } from "./operator-case.js";

const cases = { ...basicCases, ...matrixCases, ...normalizationCases, ...quantisedCases, ...shapeCases };

/** A staircase has no slope to compare with: straight-through.test.ts has their tests. */
const rounding = ["com.microsoft:DynamicQuantizeMatMul", "DequantizeLinear", "DynamicQuantizeLinear", "QuantizeLinear"];

describe("gradient rules against finite differences", () => {
  for (const [key, list] of Object.entries(cases)) {
    describe(key, () => {
      for (const testCase of list) {
        for (const declaration of testCase.declarations ?? declarations) {
          it(`${testCase.note}; shapes declared by ${declaration}`, () => checkGradients(key, testCase, declaration));
        }
      }
    });
  }

  it("there is a test of every operator of the table, and of no other", () => {
    expect([...Object.keys(cases), ...rounding].sort()).toEqual(supportedOperators());
  });
});
