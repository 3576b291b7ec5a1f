import * as vscode from "vscode";
import type { Peer } from "../../protocol/peer.js";
import { compareHostContract, type CompareHostContract, comparePageContract, type ComparePageContract } from "../../protocol/webview/compare-view.js";
import { pickRuns } from "../runs/pick-run.js";
import type { Services } from "../services.js";
import { openPage } from "../webview/open-page.js";
import { ComparisonFeed, type FeedListener } from "./comparison-feed.js";
import { SignificanceMeasurer } from "./measure-significance.js";

type ComparePeer = Peer<CompareHostContract, ComparePageContract>;

/** One comparison in its panel. */
export class ComparePanel {
  private readonly feed: ComparisonFeed;
  private readonly measurer = new SignificanceMeasurer();
  private peer: ComparePeer | undefined;

  private constructor(
    private readonly services: Services,
    readonly panel: vscode.WebviewPanel,
    paths: readonly string[],
  ) {
    const listener: FeedListener = { runs: (comparison) => this.peer?.notify("runs", comparison), curves: (curves) => this.peer?.notify("curves", curves) };
    this.feed = new ComparisonFeed(paths, listener, () => panel.visible);
  }

  /** Fills the panel with the comparison of these runs. */
  static async open(services: Services, panel: vscode.WebviewPanel, paths: readonly string[]): Promise<ComparePanel> {
    const opened = new ComparePanel(services, panel, paths);
    await opened.start();
    return opened;
  }

  /** The same for the same runs, in whatever order. */
  get key(): string {
    return keyOf(this.feed.paths);
  }

  private async start(): Promise<void> {
    const { services, panel, feed } = this;
    this.retitle();
    const subscriptions = [
      services.baseline.onDidChange(() => this.peer?.notify("baseline", { run: services.baseline.run ?? null })),
      services.runs.onDidChange(() => panel.visible && void feed.look()),
      panel.onDidChangeViewState(() => panel.visible && void feed.look()),
    ];
    panel.onDidDispose(() => {
      feed.close();
      subscriptions.forEach((each) => each.dispose());
    });
    this.peer = await openPage(services, panel, { page: "compare-view", own: compareHostContract, other: comparePageContract, connect: (peer) => this.connect(peer) });
  }

  private connect(peer: ComparePeer): void {
    this.peer = peer;
    const { services, feed } = this;
    const own = (run: string): string => {
      // The page may only speak of runs it was given.
      if (!feed.paths.includes(run)) throw new Error("The run is not part of this comparison.");
      return run;
    };
    peer.handle("ready", () => {
      // The runs follow as notices, each as soon as it is read.
      void feed.look(true);
      return { paths: [...feed.paths], baseline: services.baseline.run ?? null };
    });
    peer.handle("addRuns", async () => {
      const l10n = vscode.l10n;
      const added = await pickRuns(services, [], { title: l10n.t("Add runs to the comparison"), suits: ({ path }) => !feed.paths.includes(path), none: l10n.t("Every run is part of this comparison already."), many: true });
      if (added.length > 0) await this.show([...feed.paths, ...added.map(({ path }) => path)]);
      return {};
    });
    peer.handle("removeRun", async ({ run }) => {
      await this.show(feed.paths.filter((path) => path !== own(run)));
      return {};
    });
    peer.handle("openRun", async ({ run }) => {
      await vscode.commands.executeCommand("promptTuning.openRun", own(run));
      return {};
    });
    peer.handle("pinBaseline", async ({ run }) => {
      await services.baseline.set(run === null ? undefined : own(run));
      return {};
    });
    peer.handle("significance", ({ measure, pairs }, { signal, progress }) => {
      for (const { a, b } of pairs) own(a.run), own(b.run);
      return this.measurer.measure(measure, pairs, signal, (done, total) => progress({ done, total }));
    });
    peer.handle("copy", async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      vscode.window.setStatusBarMessage(vscode.l10n.t("The table was copied."), 3000);
      return {};
    });
  }

  private async show(paths: readonly string[]): Promise<void> {
    this.feed.set(paths);
    this.retitle();
    await this.feed.look();
  }

  private retitle(): void {
    this.panel.title = vscode.l10n.t("Compare {0} Runs", this.feed.paths.length);
  }
}

export const keyOf = (paths: readonly string[]): string => JSON.stringify([...new Set(paths)].sort());
