import { compareHostContract, type CompareHostContract, comparePageContract, type ComparePageContract } from "../../../src/protocol/webview/compare-view.js";
import { ComparisonFeed } from "../../../src/host/compare-view/comparison-feed.js";
import { SignificanceMeasurer } from "../../../src/host/compare-view/measure-significance.js";
import type { Peer } from "../../../src/protocol/peer.js";
import type { PageBrowser, PageHost, PageHostSetting } from "../page-host.js";

export type ComparePage = PageHost<CompareHostContract, ComparePageContract>;

/** What the page asked of VS Code. */
export interface Asked {
  readonly copied: string[];
  readonly opened: string[];
}

export interface OpenedComparison {
  readonly host: ComparePage;
  readonly feed: ComparisonFeed;
  readonly asked: Asked;
}

type Look = Partial<Pick<PageHostSetting<CompareHostContract, ComparePageContract>, "theme" | "width" | "height" | "language" | "state" | "scale">>;

/** The page over run folders, with everything of its host but VS Code. `toAdd` are what the person picks for "Add runs…". */
export async function openComparison(browser: PageBrowser, paths: readonly string[], { baseline: first, toAdd = [], ...look }: Look & { readonly baseline?: string; readonly toAdd?: readonly string[] } = {}): Promise<OpenedComparison> {
  let peer: Peer<CompareHostContract, ComparePageContract> | undefined;
  let baseline = first ?? null;
  const feed = new ComparisonFeed(paths, { runs: (comparison) => peer?.notify("runs", comparison), curves: (curves) => peer?.notify("curves", curves) }, () => true);
  const measurer = new SignificanceMeasurer();
  const asked: Asked = { copied: [], opened: [] };
  const show = async (next: readonly string[]): Promise<Record<string, never>> => {
    feed.set(next);
    await feed.look();
    return {};
  };
  const host = await browser.open({
    page: "compare-view",
    own: compareHostContract,
    other: comparePageContract,
    width: 1200,
    height: 900,
    ...look,
    connect: (own) => {
      peer = own;
      own.handle("ready", () => {
        void feed.look(true);
        return { paths: [...feed.paths], baseline };
      });
      own.handle("addRuns", () => show([...feed.paths, ...toAdd]));
      own.handle("removeRun", ({ run }) => show(feed.paths.filter((path) => path !== run)));
      own.handle("openRun", ({ run }) => (asked.opened.push(run), {}));
      own.handle("pinBaseline", ({ run }) => {
        baseline = run;
        own.notify("baseline", { run });
        return {};
      });
      own.handle("significance", ({ measure, pairs }, { signal, progress }) => measurer.measure(measure, pairs, signal, (done, total) => progress({ done, total })));
      own.handle("copy", ({ text }) => (asked.copied.push(text), {}));
    },
  });
  return { host, feed, asked };
}
