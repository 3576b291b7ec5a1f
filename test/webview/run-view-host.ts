import type { Peer } from "../../src/protocol/peer.js";
import type { RunAction, RunStatus, RunViewHostContract, RunViewPageContract } from "../../src/protocol/webview/run-view.js";
import { readDetails } from "../../src/run-view/details.js";
import { JournalFeed } from "../../src/run-view/journal-feed.js";
import { readPredictionPage } from "../../src/run-view/prediction-page.js";
import { glanceRun } from "../../src/runs/glance-run.js";
import type { RunEntry } from "../../src/runs/run-entry.js";
import { RunFolder } from "../../src/runs/run-folder.js";

export type RunPeer = Peer<RunViewHostContract, RunViewPageContract>;

/** What the extension host does for a run's page, without VS Code: the same feed, details and predictions of a real folder. */
export class RunViewHost {
  readonly folder: RunFolder;
  readonly actions: RunAction[] = [];
  readonly opened: string[] = [];
  readonly copied: string[] = [];
  readonly pictures: { name: string; png: string }[] = [];
  peer: RunPeer | undefined;
  feed: JournalFeed | undefined;
  private entry: RunEntry | undefined;

  constructor(
    run: string,
    private readonly change: Partial<Omit<RunStatus, "entry">> & { readonly entry?: Partial<RunEntry> } = {},
  ) {
    this.folder = new RunFolder(run);
  }

  async status(): Promise<RunStatus> {
    this.entry = await glanceRun(this.folder.path);
    const { entry, ...rest } = this.change;
    return { job: null, memoryMB: null, isBaseline: false, hasBaseline: false, trusted: true, ...rest, entry: { ...this.entry, ...entry } };
  }

  readonly connect = (peer: RunPeer): void => {
    this.peer = peer;
    peer.handle("ready", async () => {
      const answer = { status: await this.status(), details: await readDetails(this.folder) };
      this.feed?.dispose();
      this.feed = new JournalFeed(this.folder.journal, (batch) => peer.notify("journal", batch), () => true);
      return answer;
    });
    peer.handle("details", () => readDetails(this.folder));
    peer.handle("predictions", (page) => readPredictionPage(this.folder, page));
    peer.handle("act", ({ action }) => (this.actions.push(action), {}));
    peer.handle("openFile", ({ name }) => (this.opened.push(name), {}));
    peer.handle("copyText", ({ text }) => (this.copied.push(text), {}));
    peer.handle("savePicture", (picture) => (this.pictures.push(picture), {}));
  };

  dispose(): void {
    this.feed?.dispose();
  }
}
