import { z } from "zod";
import { modelSchema } from "../../experiment/schema.js";
import { datasetQuestions, openedDatasetSchema, rowFilterSchema } from "../backend/datasets.js";
import { templateSettingSchema } from "../backend/template-preview.js";
import type { Contract } from "../contract.js";
import { pageCalls } from "./page-calls.js";

const done = z.object({});
const { open, ...questions } = datasetQuestions;

export const datasetTabs = ["rows", "columns", "lengths", "quality", "template"] as const;
export type DatasetTab = (typeof datasetTabs)[number];

/** What the page remembers while it is hidden and over a reload of the window. */
export const datasetMemorySchema = z.object({
  tab: z.enum(datasetTabs).default("rows"),
  filter: rowFilterSchema.default({ search: "", label: null, split: null }),
  /** Place of the backbone in the list the host gives, by its title. */
  backbone: z.string().nullable().default(null),
  column: z.string().nullable().default(null),
  setting: templateSettingSchema.nullable().default(null),
});
export type DatasetMemory = z.infer<typeof datasetMemorySchema>;

/** A backbone to count tokens with. */
export const backboneChoiceSchema = z.object({ title: z.string(), model: modelSchema, folder: z.string() });
export type BackboneChoice = z.infer<typeof backboneChoiceSchema>;

/** An experiment that learns from the data set. */
export const usingExperimentSchema = z.object({
  file: z.string(),
  name: z.string(),
  /** Absent where its task cannot be read. */
  setting: templateSettingSchema.nullable(),
  backbone: z.string().nullable(),
});
export type UsingExperiment = z.infer<typeof usingExperimentSchema>;

export const datasetReadySchema = z.object({
  trusted: z.boolean(),
  /** Absent in a workspace that is not trusted: nothing is read there. */
  dataset: openedDatasetSchema.nullable(),
  backbones: z.array(backboneChoiceSchema),
  experiments: z.array(usingExperimentSchema),
  /** What a new experiment's template would be. */
  suggestion: templateSettingSchema.nullable(),
  /** The tab a command asked for, where this is new to the page. */
  tab: z.enum(datasetTabs).nullable(),
});
export type DatasetReady = z.infer<typeof datasetReadySchema>;

/** Commands about the data set that the page offers; the host carries them out. */
export const datasetCommands = ["newExperimentFromDataset", "chooseColumns", "splitDataset", "sampleDataset", "rebalanceDataset", "exportDataset", "openAsText", "addDataset", "manageTrust", "showLog"] as const;
export type DatasetCommand = (typeof datasetCommands)[number];

/** What the host answers. */
export const datasetHostContract = {
  calls: {
    ...pageCalls,
    /** The page's first call, and again when the data set has changed. */
    ready: { params: done, result: datasetReadySchema, progress: open.progress, patience: "unlimited" },
    ...questions,
    /** Writes template and verbalizer into an experiment file, as an edit that can be undone. */
    saveTemplate: { params: z.object({ experiment: z.string(), setting: templateSettingSchema }), result: done, patience: 60 },
    /** Makes a new experiment with this template. */
    newExperiment: { params: z.object({ setting: templateSettingSchema, backbone: backboneChoiceSchema.nullable() }), result: done, patience: "unlimited" },
    command: { params: z.object({ command: z.enum(datasetCommands) }), result: done, patience: "unlimited" },
  },
  notices: {},
} as const satisfies Contract;
export type DatasetHostContract = typeof datasetHostContract;

/** What the page listens to. */
export const datasetPageContract = {
  calls: {},
  notices: {
    trusted: done,
    /** The description or the source is not any more what the page shows. */
    changed: done,
    showTab: z.object({ tab: z.enum(datasetTabs) }),
  },
} as const satisfies Contract;
export type DatasetPageContract = typeof datasetPageContract;
