import type { MapScaling, Projection } from "../../src/inspection/map-setting.js";
import type { NearnessMetric } from "../../src/inspection/nearness.js";
import type { CallName, Params, Result } from "../../src/protocol/contract.js";
import type { Peer } from "../../src/protocol/peer.js";
import type { InspectorHostContract, InspectorMemory, InspectorPageContract, Subject } from "../../src/protocol/webview/inspector.js";
import { idle, type Loading, problemOf, type Work } from "../shared/loading.js";
import { Parts } from "../shared/parts.js";

type Host = Peer<InspectorPageContract, InspectorHostContract>;
type Answer<Name extends CallName<InspectorHostContract>> = Result<InspectorHostContract, Name>;
export type TokenImportance = Answer<"importance">["tokens"][number];

/** Everything the page shows. */
export interface InspectorState {
  readonly memory: InspectorMemory;
  readonly opening: Loading<{ readonly subject: Subject; readonly trusted: boolean; readonly backbones: readonly { readonly name: string; readonly title: string }[] }>;
  readonly neighbours: Loading<Answer<"neighbours">>;
  readonly timeline: Loading<Answer<"timeline">>;
  readonly map: Loading<Answer<"map">>;
  readonly importance: Loading<Answer<"importance">>;
  /** What has been measured so far, while the measurement goes on. */
  readonly importanceSoFar: readonly TokenImportance[];
  readonly faithfulness: Loading<Answer<"faithfulness">>;
  /** Place in the timeline that is looked at; null: the prompt itself. */
  readonly at: number | null;
  /** The virtual token that is pointed at, everywhere on the page. */
  readonly pointed: number | null;
  /** The prompt's files have changed since. */
  readonly changed: boolean;
}

/** Vectors of all snapshots together that are looked up without being asked for. */
const mostFollowed = 1500;

type Part = "neighbours" | "timeline" | "map" | "importance" | "faithfulness";

/** The page's state, and everything that can be done on the page. */
export class InspectorStore {
  private current: InspectorState;
  private readonly listeners = new Set<() => void>();
  private readonly parts = new Parts<Part>((part) => this.current[part], (part, loading) => this.set({ [part]: loading }));

  constructor(
    private readonly host: Host,
    memory: InspectorMemory,
    private readonly remember: (memory: InspectorMemory) => void,
  ) {
    this.current = { memory, opening: idle, neighbours: idle, timeline: idle, map: idle, importance: idle, importanceSoFar: [], faithfulness: idle, at: null, pointed: null, changed: false };
    host.onNotice("trusted", () => void this.start());
    host.onNotice("changed", () => this.set({ changed: true }));
  }

  get state(): InspectorState {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reads the prompt, for the first time or again, and looks at its surroundings. */
  async start(): Promise<void> {
    this.parts.cancelAll();
    this.set({ opening: { ...this.current.opening, status: "loading" }, neighbours: idle, timeline: idle, map: idle, importance: idle, importanceSoFar: [], faithfulness: idle, at: null, changed: false });
    try {
      const value = await this.host.call("ready", {});
      this.keep({ path: value.subject.path });
      this.set({ opening: { status: "done", value } });
      if (value.subject.kind === "prompt") await this.look();
    } catch (error) {
      this.set({ opening: { status: "failed", problem: problemOf(error) } });
    }
  }

  /** Looks at the prompt beside its vocabulary; alone, where no backbone can be used. */
  async look(): Promise<void> {
    if (this.canLoad) await this.load("neighbours", this.model);
    void this.loadMap();
    if (this.current.neighbours.status !== "done") return;
    const { subject } = this.current.opening.value!;
    // A long way takes long to follow: then the person asks for it.
    if (subject.kind === "prompt" && subject.snapshots > 0 && subject.snapshots * subject.virtualTokens <= mostFollowed) await this.load("timeline", this.model);
  }

  chooseBackbone(model: string): void {
    this.keep({ model });
    void this.look();
  }

  /** Whether a backbone may and can be loaded. */
  get canLoad(): boolean {
    const { value } = this.current.opening;
    return value !== undefined && value.trusted && value.subject.kind === "prompt" && (value.subject.knowsBackbone || this.current.memory.model !== null);
  }

  async loadMap(change: { readonly projection?: Projection; readonly scaling?: MapScaling } = {}): Promise<void> {
    this.keep(change);
    const { projection, scaling, metric } = this.current.memory;
    // A backbone is not loaded for the map: it comes when the neighbours are there.
    await this.load("map", { ...this.model, projection, scaling, metric, k: 3, trajectory: true, alone: this.current.neighbours.status !== "done" });
  }

  showTrajectory(trajectory: boolean): void {
    this.keep({ trajectory });
  }

  loadTimeline(): Promise<void> {
    return this.load("timeline", this.model);
  }

  measureFaithfulness(): Promise<void> {
    return this.load("faithfulness", this.model);
  }

  async measureImportance(): Promise<void> {
    this.set({ importanceSoFar: [] });
    await this.load("importance", this.model, (progress) => {
      if ("token" in progress && progress.token) this.set({ importanceSoFar: [...this.current.importanceSoFar, progress.token as TokenImportance] });
    });
  }

  cancel(part: Part): void {
    this.parts.cancel(part);
  }

  setMetric(metric: NearnessMetric): void {
    this.keep({ metric });
    if (this.current.neighbours.status === "done") void this.loadMap();
  }

  goTo(at: number | null): void {
    this.set({ at });
  }

  point(pointed: number | null): void {
    if (pointed !== this.current.pointed) this.set({ pointed });
  }

  copy(text: string, told: string): void {
    void this.host.call("copyText", { text, told });
  }

  command(command: Params<InspectorHostContract, "command">["command"]): void {
    void this.host.call("command", { command });
  }

  private get model(): { readonly model?: string } {
    const { subject } = this.current.opening.value ?? {};
    const knows = subject?.kind === "prompt" && subject.knowsBackbone;
    return knows || this.current.memory.model === null ? {} : { model: this.current.memory.model };
  }

  private load<Name extends Part>(part: Name, params: Params<InspectorHostContract, Name> | object, onProgress?: (progress: Work) => void): Promise<void> {
    return this.parts.load(part, (options) => this.host.call<Part>(part, params as Params<InspectorHostContract, Part>, options), onProgress);
  }

  private keep(change: Partial<InspectorMemory>): void {
    const memory = { ...this.current.memory, ...change };
    this.remember(memory);
    this.set({ memory });
  }

  private set(change: Partial<InspectorState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
