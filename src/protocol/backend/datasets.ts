import { z } from "zod";
import { columnRoles, splitRuleSchema } from "../../data/description/schema.js";
import { splitNames } from "../../data/split-names.js";
import { columnProfileSchema } from "../../data/quality/column-profile.js";
import { duplicateReportSchema } from "../../data/quality/duplicates-schema.js";
import { personalDataHintsSchema } from "../../data/quality/personal-data.js";
import { suspiciousCharactersSchema } from "../../data/quality/suspicious-characters.js";
import { tokenLengthsSchema } from "../../data/quality/token-lengths.js";
import { modelSchema } from "../../experiment/schema.js";
import { fetchProgressSchema } from "./playground.js";
import { templatePreviewSchema, templateSettingSchema } from "./template-preview.js";

const splitSchema = z.enum(splitNames);
const countSchema = z.int().min(0);

/** Bytes or rows so far of how many; `fetching` while a backbone or a data set of the hub is fetched. */
export const dataProgressSchema = z.object({ fetching: fetchProgressSchema.optional(), done: z.number(), total: z.number().optional() });
export type DataProgress = z.infer<typeof dataProgressSchema>;

export const datasetColumnSchema = z.object({ name: z.string(), role: z.enum(columnRoles).nullable() });
export type DatasetColumn = z.infer<typeof datasetColumnSchema>;

/** A data set that has been opened: what its description says, and what its source says now. */
export const openedDatasetSchema = z.object({
  name: z.string(),
  source: z.enum(["files", "hub", "sample"]),
  /** Files, or the hub's repository with its commit, or the sample's name. */
  sourceNames: z.array(z.string()),
  /** How the files are read, in words: "CSV, UTF-8, comma". */
  readings: z.array(z.string()),
  columns: z.array(datasetColumnSchema),
  rule: splitRuleSchema.nullable(),
  rows: countSchema,
  splits: z.array(z.object({ split: splitSchema, rows: countSchema, labels: z.array(z.object({ label: z.string(), rows: countSchema })).nullable() })),
});
export type OpenedDataset = z.infer<typeof openedDatasetSchema>;

export const rowFilterSchema = z.object({
  /** Rows in which any cell holds this text, without regard to case. */
  search: z.string().max(1000),
  label: z.string().nullable(),
  split: splitSchema.nullable(),
});
export type RowFilter = z.infer<typeof rowFilterSchema>;
export const everyRow: RowFilter = { search: "", label: null, split: null };

/** A cell of a table: the text's beginning, and whether that is not all. Null: the row has no value. */
export const shownCellSchema = z.object({ text: z.string(), cut: z.boolean() }).nullable();
export type ShownCell = z.infer<typeof shownCellSchema>;

export const shownRowSchema = z.object({
  /** 0-based, in the data set's order: the splits' files one after the other. */
  row: countSchema,
  split: splitSchema,
  /** In the order of the columns that were asked for. */
  cells: z.array(shownCellSchema),
});
export type ShownRow = z.infer<typeof shownRowSchema>;

/** A row in full. */
export const wholeRowSchema = shownRowSchema.extend({ file: z.string(), line: z.int() });
export type WholeRow = z.infer<typeof wholeRowSchema>;

/** Longest beginning of a cell in a table, and in a row that is shown in full, in UTF-16 units. */
export const mostCellCharacters = 300;
export const mostWholeCharacters = 100_000;
export const mostRowsAtOnce = 200;

/** What there is to worry about in the texts. */
export const datasetQualitySchema = z.object({
  /** Columns that were compared and looked through. */
  columns: z.array(z.string()),
  duplicates: duplicateReportSchema,
  /** For every listed group the numbers of its first rows in the whole data set. */
  rows: z.array(z.array(countSchema)),
  suspicious: suspiciousCharactersSchema,
  personal: personalDataHintsSchema,
});
export type DatasetQuality = z.infer<typeof datasetQualitySchema>;

export const sourceChangeSchema = z.object({ file: z.string(), kind: z.enum(["missing", "changed"]) });

/** A backbone and what its path is relative to. */
const backbone = { model: modelSchema, folder: z.string() };

/** What can be asked about one data set. */
export const datasetQuestions = {
  /** Opens it: finds every row of its source, so that any can be read at once. */
  open: { params: z.object({}), result: openedDatasetSchema, progress: dataProgressSchema, patience: "unlimited" },
  /** What of its source is not any more what was added, by size and SHA-256. */
  changes: { params: z.object({}), result: z.array(sourceChangeSchema), progress: dataProgressSchema, patience: "unlimited" },
  /** How many rows a filter lets through; the first look of a filter goes through all of them. */
  find: { params: z.object({ filter: rowFilterSchema }), result: z.object({ matching: countSchema }), progress: dataProgressSchema, patience: "unlimited" },
  /** Rows of those a filter lets through, by their place among them. */
  rows: {
    params: z.object({ filter: rowFilterSchema, columns: z.array(countSchema).max(200), from: countSchema, count: z.int().min(1).max(mostRowsAtOnce) }),
    result: z.array(shownRowSchema),
    progress: dataProgressSchema,
    patience: "unlimited",
  },
  row: { params: z.object({ row: countSchema }), result: wholeRowSchema, patience: 120 },
  /** Type, missing values, label balance of every column. */
  profile: { params: z.object({}), result: z.array(columnProfileSchema), progress: dataProgressSchema, patience: "unlimited" },
  /** Lengths of a column's texts in tokens of a backbone. */
  lengths: {
    params: z.object({ ...backbone, column: z.string(), limits: z.array(z.int().min(1)).max(8) }),
    result: z.object({ lengths: tokenLengthsSchema, contextLength: z.int() }),
    progress: dataProgressSchema,
    patience: "unlimited",
  },
  quality: { params: z.object({}), result: datasetQualitySchema, progress: dataProgressSchema, patience: "unlimited" },
  /** What a template makes of rows, as the backbone reads them. */
  template: {
    params: z.object({ ...backbone, setting: templateSettingSchema, from: countSchema, count: z.int().min(1).max(20) }),
    result: templatePreviewSchema,
    progress: dataProgressSchema,
    patience: "unlimited",
  },
} as const;

const file = { file: z.string() };

/** A question with the description it is about. */
function about<Shape extends z.ZodRawShape, Rest extends object>(question: { readonly params: z.ZodObject<Shape> } & Rest) {
  return { ...question, params: z.object({ ...question.params.shape, ...file }) };
}

export const datasetCalls = {
  "datasets/open": { ...datasetQuestions.open, params: z.object(file) },
  "datasets/changes": { ...datasetQuestions.changes, params: z.object(file) },
  "datasets/find": about(datasetQuestions.find),
  "datasets/rows": about(datasetQuestions.rows),
  "datasets/row": about(datasetQuestions.row),
  "datasets/profile": { ...datasetQuestions.profile, params: z.object(file) },
  "datasets/lengths": about(datasetQuestions.lengths),
  "datasets/quality": { ...datasetQuestions.quality, params: z.object(file) },
  "datasets/template": about(datasetQuestions.template),
} as const;
