import { addDataset, lookAtFiles } from "../../backend/datasets/add-dataset.js";
import type { DataOptions } from "../../backend/datasets/data-options.js";
import type { OpenDatasets } from "../../backend/datasets/open-datasets.js";
import { chooseColumns, exportDataset, rebalanceDataset, sampleDataset, splitDataset } from "../../backend/datasets/shape-dataset.js";
import { suggestExperiment } from "../../backend/datasets/suggest-experiment.js";
import type { DataProgress } from "../../protocol/backend/datasets.js";
import type { HandlerContext } from "../../protocol/peer.js";
import type { WindowPeer } from "../context.js";

/** Adding data sets and making new ones of them. */
export function registerShaping(peer: WindowPeer, datasets: OpenDatasets, options: (context: HandlerContext<DataProgress>) => DataOptions): void {
  peer.handle("datasets/look", ({ names }, { signal }) => lookAtFiles(names, { signal }));
  peer.handle("datasets/add", (params, context) => addDataset(params, options(context)));
  peer.handle("datasets/suggest", async ({ file }, context) => suggestExperiment(await datasets.open(file, options(context)), context.signal));
  peer.handle("datasets/chooseColumns", async ({ file, roles }, context) => {
    await chooseColumns(file, roles, options(context));
    return {};
  });
  peer.handle("datasets/split", async ({ file, rule }, context) => ({ counts: (await splitDataset(file, rule, options(context))).map(({ split, rows }) => ({ split, rows })) }));
  peer.handle("datasets/sample", ({ file, ...params }, context) => sampleDataset(file, params, options(context)));
  peer.handle("datasets/rebalance", ({ file, ...params }, context) => rebalanceDataset(file, params, options(context)));
  peer.handle("datasets/export", ({ file, ...params }, context) => exportDataset(file, params, options(context)));
}
