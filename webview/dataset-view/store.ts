import { PromptTuningError } from "../../src/common/errors.js";
import { everyRow, type OpenedDataset, type RowFilter, type ShownRow } from "../../src/protocol/backend/datasets.js";
import type { TemplateSetting } from "../../src/protocol/backend/template-preview.js";
import type { CallName, Params, Result } from "../../src/protocol/contract.js";
import type { Peer } from "../../src/protocol/peer.js";
import type { BackboneChoice, DatasetCommand, DatasetHostContract, DatasetMemory, DatasetPageContract, DatasetReady, DatasetTab, UsingExperiment } from "../../src/protocol/webview/dataset-view.js";
import type { GridPlace } from "../shared/grid/grid-keys.js";
import { RowWindow } from "../shared/grid/row-window.js";
import { idle, type Loading, type Problem, problemOf } from "../shared/loading.js";
import { Parts } from "../shared/parts.js";
import { shownColumns } from "./shown-columns.js";

type Host = Peer<DatasetPageContract, DatasetHostContract>;
type Answer<Name extends CallName<DatasetHostContract>> = Result<DatasetHostContract, Name>;

/** Everything the page shows. */
export interface DatasetState {
  readonly memory: DatasetMemory;
  readonly opening: Loading<DatasetReady>;
  readonly changes: Loading<Answer<"changes">>;
  readonly find: Loading<Answer<"find">>;
  /** The rows of the filter; a new object where other rows have come. */
  readonly rows: { readonly window: RowWindow<ShownRow>; readonly columns: readonly number[] } | undefined;
  readonly rowsProblem: Problem | undefined;
  readonly active: GridPlace;
  readonly row: Loading<Answer<"row">>;
  readonly profile: Loading<Answer<"profile">>;
  readonly lengths: Loading<Answer<"lengths">>;
  readonly quality: Loading<Answer<"quality">>;
  readonly template: Loading<Answer<"template">>;
  /** Something the person asked for that did not work. */
  readonly problem: Problem | undefined;
}

const parts = ["changes", "find", "row", "profile", "lengths", "quality", "template"] as const;
type Part = (typeof parts)[number];
export type DatasetPart = Part;

const untouched = { changes: idle, find: idle, rows: undefined, rowsProblem: undefined, active: { row: 0, column: 0 }, row: idle, profile: idle, lengths: idle, quality: idle, template: idle, problem: undefined } as const;

/** Rows that a template is shown on. */
export const previewedRows = 5;

/** The page's state, and everything that can be done on the page. */
export class DatasetStore {
  private current: DatasetState;
  private readonly listeners = new Set<() => void>();
  private readonly parts = new Parts<Part | "opening">((part) => this.current[part], (part, loading) => this.set({ [part]: loading }));

  constructor(
    private readonly host: Host,
    memory: DatasetMemory,
    private readonly remember: (memory: DatasetMemory) => void,
  ) {
    this.current = { memory, opening: idle, ...untouched };
    host.onNotice("trusted", () => void this.start());
    // What this window or another program wrote into the description is shown as it is now.
    host.onNotice("changed", () => void this.start());
    host.onNotice("showTab", ({ tab }) => this.showTab(tab));
  }

  get state(): DatasetState {
    return this.current;
  }

  /** The data set, once it is open. */
  get dataset(): OpenedDataset | null {
    return this.current.opening.value?.dataset ?? null;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Opens the data set, for the first time or again. */
  async start(): Promise<void> {
    this.parts.cancelAll();
    this.current.rows?.window.dispose();
    this.set(untouched);
    await this.parts.load("opening", (options) => this.host.call("ready", {}, options));
    const { status, value } = this.current.opening;
    if (status !== "done" || !value?.dataset) return;
    if (value.tab !== null) this.keep({ tab: value.tab });
    // A label that is gone would show nothing, and could not be taken back where there are no labels any more.
    const { filter } = this.current.memory;
    if (filter.label !== null && !labelsOf(value.dataset).includes(filter.label)) this.keep({ filter: { ...filter, label: null } });
    void this.load("changes", {});
    await this.find();
    this.lookAtTab();
  }

  cancelOpening(): void {
    this.parts.cancel("opening");
  }

  cancel(part: Part): void {
    this.parts.cancel(part);
  }

  showTab(tab: DatasetTab): void {
    this.keep({ tab });
    this.lookAtTab();
  }

  setFilter(change: Partial<RowFilter>): void {
    const filter = { ...this.current.memory.filter, ...change };
    if (JSON.stringify(filter) === JSON.stringify(this.current.memory.filter)) return;
    this.keep({ filter });
    void this.find();
  }

  /** Looks for the rows that the filter lets through. */
  async find(): Promise<void> {
    const { filter } = this.current.memory;
    await this.load("find", { filter });
    if (this.current.find.status !== "done" || this.current.memory.filter !== filter || !this.dataset) return;
    this.current.rows?.window.dispose();
    const columns = shownColumns(this.dataset.columns);
    const window: RowWindow<ShownRow> = new RowWindow(
      this.current.find.value!.matching,
      (from, count, signal) => this.host.call("rows", { filter, columns: [...columns], from, count }, { signal }),
      (problem) => this.windowChanged(window, problem),
    );
    this.set({ rows: { window, columns }, rowsProblem: undefined, row: idle });
    this.setActive({ row: Math.min(this.current.active.row, Math.max(0, window.total - 1)), column: this.current.active.column });
  }

  setActive(active: GridPlace): void {
    this.set({ active });
    const row = this.current.rows?.window.at(active.row)?.row;
    if (row !== undefined && this.current.row.value?.row !== row) void this.load("row", { row });
  }

  /** Shows one row of the data set among all of them. */
  showRow(row: number): void {
    this.set({ active: { row, column: 0 } });
    this.keep({ tab: "rows", filter: everyRow });
    void this.find();
  }

  loadQuality(): Promise<void> {
    return this.load("quality", {});
  }

  loadProfile(): Promise<void> {
    return this.load("profile", {});
  }

  measureLengths(limits: readonly number[]): Promise<void> {
    const backbone = this.backbone;
    const column = this.lengthColumn;
    if (!backbone || column === undefined) return Promise.resolve();
    return this.load("lengths", { model: backbone.model, folder: backbone.folder, column, limits: [...limits] });
  }

  chooseColumn(column: string): void {
    this.keep({ column });
    this.parts.cancel("lengths");
    this.set({ lengths: idle });
  }

  chooseBackbone(title: string): void {
    this.keep({ backbone: title });
    this.parts.cancel("lengths");
    this.set({ lengths: idle });
    if (this.current.template.status !== "idle") void this.previewTemplate();
  }

  /** The backbone that tokens are counted with: the one chosen, else the first. */
  get backbone(): BackboneChoice | undefined {
    const all = this.current.opening.value?.backbones ?? [];
    return all.find(({ title }) => title === this.current.memory.backbone) ?? all[0];
  }

  /** The column whose lengths are measured. */
  get lengthColumn(): string | undefined {
    const columns = this.dataset?.columns ?? [];
    const chosen = columns.find(({ name }) => name === this.current.memory.column);
    return (chosen ?? columns.find(({ role }) => role === "text" || role === "input") ?? columns[0])?.name;
  }

  /** The template that is written: the person's own, else what suits the data. */
  get setting(): TemplateSetting | null {
    return this.current.memory.setting ?? this.current.opening.value?.suggestion ?? null;
  }

  editTemplate(change: Partial<TemplateSetting>): void {
    const { setting } = this;
    if (setting) this.keep({ setting: { ...setting, ...change } });
  }

  takeTemplate({ setting, backbone }: Pick<UsingExperiment, "setting" | "backbone">): void {
    this.keep({ setting, backbone: backbone ?? this.current.memory.backbone });
    void this.previewTemplate();
  }

  async previewTemplate(): Promise<void> {
    const { backbone, setting } = this;
    if (backbone && setting) await this.load("template", { model: backbone.model, folder: backbone.folder, setting, from: 0, count: previewedRows });
  }

  async saveTemplate(experiment: string): Promise<void> {
    const { setting } = this;
    if (setting) await this.attempt(() => this.host.call("saveTemplate", { experiment, setting }));
  }

  async newExperiment(): Promise<void> {
    const { setting, backbone } = this;
    if (setting) await this.attempt(() => this.host.call("newExperiment", { setting, backbone: backbone ?? null }));
  }

  async command(command: DatasetCommand): Promise<void> {
    await this.attempt(() => this.host.call("command", { command }));
  }

  copy(text: string, told: string): void {
    void this.host.call("copyText", { text, told });
  }

  private async attempt(call: () => Promise<unknown>): Promise<void> {
    this.set({ problem: undefined });
    try {
      await call();
    } catch (error) {
      if (!(error instanceof PromptTuningError && error.kind === "stopped")) this.set({ problem: problemOf(error) });
    }
  }

  private lookAtTab(): void {
    const { tab } = this.current.memory;
    if (tab === "columns" && this.current.profile.status === "idle") void this.loadProfile();
    if (tab === "quality" && this.current.quality.status === "idle") void this.loadQuality();
  }

  private windowChanged(window: RowWindow<ShownRow>, problem: unknown): void {
    const { rows, active } = this.current;
    if (rows?.window !== window) return;
    this.set(problem === undefined ? { rows: { ...rows } } : { rowsProblem: problemOf(problem) });
    this.setActive(active);
  }

  private load<Name extends Part>(part: Name, params: Params<DatasetHostContract, Name> | object): Promise<void> {
    return this.parts.load(part, (options) => this.host.call<Part>(part, params as Params<DatasetHostContract, Part>, options as never));
  }

  private keep(change: Partial<DatasetMemory>): void {
    const memory = { ...this.current.memory, ...change };
    this.remember(memory);
    this.set({ memory });
  }

  private set(change: Partial<DatasetState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** The labels of all splits, most frequent first. */
export function labelsOf({ splits }: Pick<OpenedDataset, "splits">): string[] {
  const counts = new Map<string, number>();
  for (const { labels } of splits) for (const { label, rows } of labels ?? []) counts.set(label, (counts.get(label) ?? 0) + rows);
  return [...counts].sort(([a, many], [b, few]) => few - many || a.localeCompare(b)).map(([label]) => label);
}
