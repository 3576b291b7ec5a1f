import type { SourceProgress } from "../../backbone/sources/source.js";
import { cacheFolder } from "../../backbone/sources/cache-folder.js";
import type { Backbone } from "../../backbone/backbone.js";
import { datasetQuality, columnLengths, profileColumns } from "../../backend/datasets/dataset-quality.js";
import { describeDataset } from "../../backend/datasets/describe-dataset.js";
import type { DataOptions } from "../../backend/datasets/data-options.js";
import { OpenDatasets } from "../../backend/datasets/open-datasets.js";
import { rowsToPreview } from "../../backend/datasets/preview-rows.js";
import { shownRows, wholeRow } from "../../backend/datasets/shown-rows.js";
import { previewTemplate } from "../../backend/datasets/template-preview.js";
import { breathe } from "../../common/breathe.js";
import { loadDescription } from "../../data/description/load-description.js";
import { sourceChanges } from "../../data/description/source-changes.js";
import type { Experiment } from "../../experiment/schema.js";
import type { DataProgress } from "../../protocol/backend/datasets.js";
import type { HandlerContext } from "../../protocol/peer.js";
import { taskContext } from "../../tasks/task-context.js";
import type { BorrowBackbone } from "../../backend/inspector/options.js";
import type { ProcessContext } from "../context.js";
import { borrowBackbone } from "../open-backbones.js";
import { registerShaping } from "./dataset-shaping.js";

type Context = HandlerContext<DataProgress>;

/** Looking at data sets. */
export function registerDatasets({ peer, settings }: ProcessContext, borrow: BorrowBackbone = borrowBackbone): void {
  const datasets = new OpenDatasets();
  const options = ({ signal, progress }: Pick<Context, "signal"> & Partial<Pick<Context, "progress">>): DataOptions => ({
    cache: settings().cache ?? cacheFolder(),
    signal,
    ...(progress ? { progress: (done, total) => progress({ done, total }), onFetch: (fetching) => progress({ fetching, done: 0 }) } : {}),
  });
  /** Lends a backbone for as long as `use` takes. */
  const withBackbone = async <Value>({ model, folder }: { readonly model: Experiment["model"]; readonly folder: string }, { signal, progress }: Context, use: (backbone: Backbone) => Promise<Value>): Promise<Value> => {
    const onFetch = (fetching: SourceProgress): void => progress({ fetching, done: 0 });
    const { backbone, release } = await borrow(model, folder, { runsRoot: folder, cache: settings().cache, signal, onFetch });
    try {
      await breathe(signal, "Opening the backbone");
      return await use(backbone);
    } finally {
      await release();
    }
  };

  peer.handle("datasets/open", async ({ file }, context) => describeDataset(await datasets.open(file, options(context))));
  peer.handle("datasets/changes", async ({ file }, context) => (await sourceChanges(await loadDescription(file), options(context))).map(({ file: changed, kind }) => ({ file: changed, kind })));
  peer.handle("datasets/find", async ({ file, filter }, context) => {
    const dataset = await datasets.open(file, options(context));
    return { matching: (await dataset.matches.of(dataset, filter, options(context)))?.length ?? dataset.table.rowCount };
  });
  peer.handle("datasets/rows", async ({ file, ...wanted }, context) => shownRows(await datasets.open(file, options(context)), wanted, options(context)));
  peer.handle("datasets/row", async ({ file, row }, { signal }) => wholeRow(await datasets.open(file, options({ signal })), row, signal));
  peer.handle("datasets/profile", async ({ file }, context) => profileColumns(await datasets.open(file, options(context)), options(context)));
  peer.handle("datasets/quality", async ({ file }, context) => datasetQuality(await datasets.open(file, options(context)), options(context)));
  peer.handle("datasets/lengths", async ({ file, column, limits, ...choice }, context) => {
    const dataset = await datasets.open(file, options(context));
    return withBackbone(choice, context, async ({ tokenizer, description: { contextLength } }) => {
      const countTokens = (text: string): number => tokenizer.encode(text, { allowSpecial: false }).length;
      return { lengths: await columnLengths(dataset, column, [...limits, contextLength], countTokens, options(context)), contextLength };
    });
  });
  peer.handle("datasets/template", async ({ file, setting, from, count, ...choice }, context) => {
    const rows = await rowsToPreview(await datasets.open(file, options(context)), setting.answer, from, count, context);
    return withBackbone(choice, context, async (backbone) => previewTemplate(setting, rows, taskContext(backbone, [])));
  });

  registerShaping(peer, datasets, options);
}
