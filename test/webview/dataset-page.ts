import { registerDatasets } from "../../src/backend-process/handlers/datasets.js";
import { borrowBackbone } from "../../src/backend-process/open-backbones.js";
import { datasetConversation, type Surroundings } from "../../src/host/datasets/preview/conversation.js";
import type { TemplateSetting } from "../../src/protocol/backend/template-preview.js";
import { datasetHostContract, datasetPageContract, type DatasetCommand, type DatasetTab } from "../../src/protocol/webview/dataset-view.js";
import { backendPeer } from "../backend/playground/backend-peer.js";
import { tinyModel } from "../backend/playground/tiny-runs.js";
import type { PageBrowser, PageHost, PageHostSetting } from "./page-host.js";

type Host = PageHost<typeof datasetHostContract, typeof datasetPageContract>;
type Setting = Partial<PageHostSetting<typeof datasetHostContract, typeof datasetPageContract>>;

/** The page of a data set with everything behind it but VS Code: the host's conversation, the backend's handlers, a real model. */
export class DatasetWorld {
  readonly backend: ReturnType<typeof backendPeer>;
  readonly commands: DatasetCommand[] = [];
  readonly saved: { readonly experiment: string; readonly setting: TemplateSetting }[] = [];
  readonly called: string[] = [];
  trusted = true;
  tab: DatasetTab | null = null;
  experiment: string | undefined;

  constructor(cache: string) {
    this.backend = backendPeer(cache, (context) => registerDatasets(context, borrowBackbone));
  }

  open(browser: PageBrowser, file: string, setting: Setting = {}): Promise<Host> {
    const { host } = this.backend;
    const around: Surroundings = {
      backend: { call: (name, params, options) => (this.called.push(name), host.call(name, params, options)) },
      trusted: () => this.trusted,
      around: async () => ({
        backbones: [{ title: "tiny", model: { path: tinyModel }, folder: "/" }],
        experiments: this.experiment === undefined ? [] : [{ file: this.experiment, name: "mine", setting: null, backbone: "tiny" }],
      }),
      takeTab: () => this.tab,
      command: async (name) => void this.commands.push(name),
      saveTemplate: async (experiment, written) => void this.saved.push({ experiment, setting: written }),
      newExperiment: async () => undefined,
    };
    return browser.open({
      page: "dataset-view",
      own: datasetHostContract,
      other: datasetPageContract,
      title: "Data Set",
      connect: (peer) => {
        peer.handle("copyText", () => ({}));
        datasetConversation(file, around, peer);
      },
      ...setting,
    });
  }

  close(): void {
    this.backend.close();
  }
}
