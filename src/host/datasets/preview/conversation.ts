import { PromptTuningError } from "../../../common/errors.js";
import { datasetQuestions } from "../../../protocol/backend/datasets.js";
import type { TemplateSetting } from "../../../protocol/backend/template-preview.js";
import type { BackendContract } from "../../../protocol/backend/contract.js";
import type { CallName, Params, ProgressOf, Result } from "../../../protocol/contract.js";
import type { HandlerContext, Peer } from "../../../protocol/peer.js";
import type { BackboneChoice, DatasetCommand, DatasetHostContract, DatasetPageContract, DatasetReady, DatasetTab } from "../../../protocol/webview/dataset-view.js";
import type { Backend } from "../../services.js";

/** What the page of a data set needs of the window around it. */
export interface Surroundings {
  readonly backend: Pick<Backend, "call">;
  trusted(): boolean;
  /** Backbones to count tokens with, experiments that use the data set. */
  around(): Promise<Pick<DatasetReady, "backbones" | "experiments">>;
  /** The tab a command asked for, once. */
  takeTab(): DatasetTab | null;
  command(name: DatasetCommand): Promise<void>;
  saveTemplate(experiment: string, setting: TemplateSetting): Promise<void>;
  newExperiment(setting: TemplateSetting, backbone: BackboneChoice | null): Promise<void>;
}

type PagePeer = Pick<Peer<DatasetHostContract, DatasetPageContract>, "handle">;
type Question = Exclude<keyof typeof datasetQuestions, "open">;

/** The page of one data set as the extension host leads it: what is asked about the rows goes to the backend process. Knows nothing of VS Code. */
export function datasetConversation(file: string, around: Surroundings, peer: PagePeer): void {
  const { backend } = around;
  const trusted = (): void => {
    if (!around.trusted()) throw new PromptTuningError("usage", "This workspace is not trusted.", { reason: "No data set is read in it.", advice: "Trust the workspace first." });
  };
  peer.handle("ready", async (_, { signal, progress }) => {
    if (!around.trusted()) return { trusted: false, dataset: null, backbones: [], experiments: [], suggestion: null, tab: null };
    const dataset = await backend.call("datasets/open", { file }, { signal, onProgress: progress });
    const [suggestion, rest] = await Promise.all([backend.call("datasets/suggest", { file }, { signal }), around.around()]);
    return { trusted: true, dataset, suggestion: suggestion.setting, ...rest, tab: around.takeTab() };
  });
  const handOn = <Name extends Question>(name: Name): void => {
    const call = (params: object, { signal, progress }: HandlerContext<never>): Promise<unknown> => {
      trusted();
      const target = `datasets/${name}` as CallName<BackendContract>;
      return backend.call(target, { ...params, file } as never, { signal, onProgress: progress as (at: ProgressOf<BackendContract, typeof target>) => void });
    };
    peer.handle(name, call as unknown as (params: Params<DatasetHostContract, Name>, context: HandlerContext<ProgressOf<DatasetHostContract, Name>>) => Promise<Result<DatasetHostContract, Name>>);
  };
  for (const name of Object.keys(datasetQuestions) as (keyof typeof datasetQuestions)[]) if (name !== "open") handOn(name);
  peer.handle("saveTemplate", async ({ experiment, setting }) => {
    // The page can name no other file than those it was told of.
    const { experiments } = await around.around();
    if (!experiments.some((each) => each.file === experiment)) throw new PromptTuningError("usage", "That is no experiment of this data set.", { advice: "Open the data set again." });
    await around.saveTemplate(experiment, setting);
    return {};
  });
  peer.handle("newExperiment", async ({ setting, backbone }) => {
    await around.newExperiment(setting, backbone);
    return {};
  });
  peer.handle("command", async ({ command }) => {
    await around.command(command);
    return {};
  });
}
