import { z } from "zod";
import { readingSchema } from "../reading/reading.js";

/**
 * The description of a data set (`*.ptune-data.json`): where the rows are, how they are read, what the columns mean, how
 * they are split, and what was found when it was written. Never the rows themselves. This schema is the source of the
 * TypeScript type, of the editor's JSON schema and of the messages.
 */

/** What a column is for. A template's slot of the same name is filled from it. */
export const columnRoles = ["text", "pair", "label", "input", "output", "context", "id", "group"] as const;
export type ColumnRole = (typeof columnRoles)[number];

const splitSchema = z.enum(["train", "validation", "test"]);
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");
const countSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const fileFacts = {
  split: splitSchema.optional().describe("The split whose rows the file holds. Without it the file is split by the rule under splits, or is train."),
  reading: readingSchema.describe("How the file becomes rows, as it was found out."),
  size: countSchema.describe("Bytes when the file was added."),
  sha256: sha256Schema.describe("SHA-256 of its bytes when it was added; of a folder: over its files' names and bytes."),
  rows: countSchema.describe("Rows when it was added."),
};

export const dataFileSchema = z.strictObject({ path: z.string().min(1).describe("A data file, or a folder with a folder of text files a class. Relative to this file."), ...fileFacts });
export const hubFileSchema = z.strictObject({ path: z.string().min(1).describe("Path in the repository."), ...fileFacts });
export type DescribedFile = z.infer<typeof dataFileSchema>;

export const sourceSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("files").describe("Files or folders of your own, where they are."), files: z.array(dataFileSchema).min(1).max(1000) }),
  z.strictObject({
    type: z.literal("hub").describe("A data set of the Hugging Face hub: Parquet files, kept in the cache folder."),
    repo: z.string().min(1).describe("Repository of the hub, owner/name."),
    revision: z.string().regex(/^[0-9a-f]{40}$/, "a commit: 40 hexadecimal digits").describe("The commit; a branch could change."),
    config: z.string().min(1).optional().describe("Configuration (subset) of the data set."),
    files: z.array(hubFileSchema).min(1).max(1000),
  }),
  z.strictObject({ type: z.literal("sample").describe("A sample that comes with the program."), sample: z.string().min(1) }),
]);
export type DataSource = z.infer<typeof sourceSchema>;

const sharesSchema = z
  .strictObject({ train: z.number().min(0).max(1), validation: z.number().min(0).max(1), test: z.number().min(0).max(1) })
  .refine(({ train, validation, test }) => Math.abs(train + validation + test - 1) < 1e-9, "the shares must add up to 1")
  .describe("Shares of the rows; together 1.");
const seedSchema = z.int().min(-2147483648).max(2147483647).default(1).describe("Another seed, another split.");

export const splitRuleSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("stratified").describe("Every label keeps its share in every split; equal rows fall together."), shares: sharesSchema, seed: seedSchema }),
  z.strictObject({ type: z.literal("grouped").describe("Rows with the same value in a column fall into the same split."), column: z.string().min(1), shares: sharesSchema, seed: seedSchema }),
  z.strictObject({ type: z.literal("hash").describe("A row's text alone decides: the same row always falls into the same split."), shares: sharesSchema, seed: seedSchema }),
]);
export type SplitRule = z.infer<typeof splitRuleSchema>;

export const columnSchema = z.strictObject({
  name: z.string().describe("The column's name in the data."),
  role: z.enum(columnRoles).optional().describe("What the column is for: text, pair (the second text), label, input and output (generation), context (retrieved text), id, group. Without it the column is not used."),
});
export type DescribedColumn = z.infer<typeof columnSchema>;

const splitCountSchema = z.strictObject({
  split: splitSchema,
  rows: countSchema,
  labels: z.array(z.strictObject({ label: z.string(), rows: countSchema })).max(1000).optional().describe("Rows of every label; absent where there are more than 1000 different ones."),
});
export type SplitCount = z.infer<typeof splitCountSchema>;

export const descriptionSchema = z.strictObject({
  $schema: z.string().optional().describe("For editors."),
  name: z.string().min(1).max(200).describe("Name of the data set."),
  source: sourceSchema.describe("Where the rows are."),
  columns: z
    .array(columnSchema)
    .min(1)
    .max(10_000)
    .refine((columns) => new Set(columns.map(({ name }) => name)).size === columns.length, "a column is named twice")
    .refine((columns) => columnRoles.every((role) => columns.filter((column) => column.role === role).length <= 1), "two columns have the same role")
    .describe("The columns, in the data's order, with what they are for."),
  splits: splitRuleSchema.optional().describe("How rows of files without a split are divided. Absent: the files are the splits."),
  counts: z.array(splitCountSchema).max(3).describe("Rows and labels of every split when this was written."),
});
/** A description with every default filled in. */
export type DatasetDescription = z.infer<typeof descriptionSchema>;

/** The column with a role. */
export function columnOf({ columns }: Pick<DatasetDescription, "columns">, role: ColumnRole): string | undefined {
  return columns.find((column) => column.role === role)?.name;
}
