import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { descriptionSchemaText } from "../../../scripts/lib/json-schemas.mjs";
import { descriptionJsonSchema } from "../../../src/data/description/json-schema.js";

it("the schema of descriptions is what the build writes, and what the manifest names", async () => {
  expect(JSON.parse(await descriptionSchemaText())).toEqual(descriptionJsonSchema());
  expect(descriptionJsonSchema()).toMatchObject({ type: "object", required: ["name", "source", "columns", "counts"] });
  const { contributes } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { contributes: { jsonValidation: object[] } };
  expect(contributes.jsonValidation).toContainEqual({ fileMatch: "*.ptune-data.json", url: "./out/dataset.schema.json" });
});
