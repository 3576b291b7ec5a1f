import { z } from "zod";
import { columnRoles, splitRuleSchema } from "../../data/description/schema.js";
import { rebalanceReportSchema } from "../../data/shape/rebalance-rows.js";
import { sampleReportSchema } from "../../data/shape/sample-rows.js";
import { splitNames } from "../../data/split-names.js";
import { taskTypes } from "../../tasks/task-facts.js";
import { dataProgressSchema, shownCellSchema } from "./datasets.js";
import { templateSettingSchema } from "./template-preview.js";

const splitSchema = z.enum(splitNames);
const seedSchema = z.int().min(-2147483648).max(2147483647);
const countSchema = z.int().min(0);
/** Where rows are written; a file that is there is replaced only where the person said so. */
const target = { target: z.string(), overwrite: z.boolean() };

/** What every column is for; the others are not used. */
export const rolesSchema = z.array(z.object({ column: z.string(), role: z.enum(columnRoles) })).max(columnRoles.length);
export type Roles = z.infer<typeof rolesSchema>;

/** The beginning of files that are not described yet. */
export const lookedAtSchema = z.object({
  files: z.array(z.object({ path: z.string(), split: splitSchema.nullable(), reading: z.string() })),
  columns: z.array(z.object({ name: z.string(), role: z.enum(columnRoles).nullable() })),
  /** The first rows, their cells in the order of the columns. */
  rows: z.array(z.array(shownCellSchema)),
  notices: z.array(z.string()),
});
export type LookedAt = z.infer<typeof lookedAtSchema>;

/** Where the rows of a new data set are. */
export const sourceToAddSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("files"), files: z.array(z.object({ path: z.string(), split: splitSchema.nullable() })).min(1).max(1000) }),
  z.object({ type: z.literal("hub"), repo: z.string().max(200), revision: z.string().max(200).optional(), config: z.string().max(200).optional() }),
  z.object({ type: z.literal("sample"), sample: z.string().max(200) }),
]);
export type SourceToAdd = z.infer<typeof sourceToAddSchema>;

/** What a new experiment on a data set would be. */
export const suggestedExperimentSchema = z.object({
  task: z.enum(taskTypes),
  /** Slot of the template → column, where the roles of the description do not say it. */
  columns: z.record(z.string(), z.string()),
  labels: z.array(z.string()),
  /** Slots in the order of the template, without the answer's. */
  slots: z.array(z.string()),
  /** The slot that is cut where a row is too long. */
  cut: z.string().nullable(),
  /** Null where there is nothing to read or to answer: the columns have no roles. */
  setting: templateSettingSchema.nullable(),
});
export type SuggestedExperiment = z.infer<typeof suggestedExperimentSchema>;

export const datasetShapingCalls = {
  "datasets/look": { params: z.object({ names: z.array(z.string()).min(1).max(1000) }), result: lookedAtSchema, progress: dataProgressSchema, patience: "unlimited" },
  /** Reads the files once (those of the hub are fetched first) and writes their description. */
  "datasets/add": {
    params: z.object({ name: z.string().min(1).max(200), source: sourceToAddSchema, /** Null: as they are guessed. */ roles: rolesSchema.nullable(), ...target }),
    result: z.object({ rows: countSchema, notices: z.array(z.string()) }),
    progress: dataProgressSchema,
    patience: "unlimited",
  },
  "datasets/suggest": { params: z.object({ file: z.string() }), result: suggestedExperimentSchema, progress: dataProgressSchema, patience: "unlimited" },
  /** Writes other roles into the description, and counts its labels again. */
  "datasets/chooseColumns": { params: z.object({ file: z.string(), roles: rolesSchema }), result: z.object({}), progress: dataProgressSchema, patience: "unlimited" },
  /** Writes a rule into the description; the data stay as they are. */
  "datasets/split": { params: z.object({ file: z.string(), rule: splitRuleSchema }), result: z.object({ counts: z.array(z.object({ split: splitSchema, rows: countSchema })) }), progress: dataProgressSchema, patience: "unlimited" },
  /** k rows of train a label, into a new file. */
  "datasets/sample": { params: z.object({ file: z.string(), k: z.int().min(1).max(1_000_000), seed: seedSchema, ...target }), result: z.object({ rows: countSchema, report: sampleReportSchema }), progress: dataProgressSchema, patience: "unlimited" },
  /** As many rows of train of every label, into a new file. */
  "datasets/rebalance": { params: z.object({ file: z.string(), by: z.enum(["drop", "repeat"]), seed: seedSchema, ...target }), result: z.object({ rows: countSchema, report: rebalanceReportSchema }), progress: dataProgressSchema, patience: "unlimited" },
  /** The rows of splits, into a new file. */
  "datasets/export": { params: z.object({ file: z.string(), splits: z.array(splitSchema).min(1).max(3), ...target }), result: z.object({ rows: countSchema }), progress: dataProgressSchema, patience: "unlimited" },
} as const;
