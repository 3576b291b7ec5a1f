import type { NearnessMetric } from "../../src/inspection/nearness.js";
import type { Result } from "../../src/protocol/contract.js";
import type { InspectorHostContract, PromptSubject } from "../../src/protocol/webview/inspector.js";

export interface NearToken {
  readonly id: number;
  readonly token: string;
  readonly value: number;
}

/** A virtual token as the table shows it. */
export interface NearestRow {
  readonly index: number;
  readonly norm: number;
  /** Distance from where it was at the first step there is; null where the way is not known. */
  readonly moved: number | null;
  /** The nearest tokens, nearest first. */
  readonly near: readonly NearToken[];
  /** The nearest token at the first step; null where the way is not known. */
  readonly start: NearToken | null;
}

type Timeline = Result<InspectorHostContract, "timeline">;
type Neighbours = Result<InspectorHostContract, "neighbours">;

/** The rows of the prompt itself (`at` null), or of a step of its timeline. Empty lists where nothing is known of the vocabulary. */
export function nearestRows(subject: PromptSubject, neighbours: Neighbours | undefined, timeline: Timeline | undefined, at: number | null, metric: NearnessMetric): NearestRow[] {
  const names = new Map(timeline?.tokens);
  const listed = (step: number, index: number): NearToken[] => {
    const { ids, values } = timeline!.steps[step].nearest[metric];
    return ids[index].map((id, place) => ({ id, token: names.get(id) ?? `#${id}`, value: values[index][place] }));
  };
  const step = at === null ? undefined : timeline?.steps[at];
  const moved = step ?? (timeline && timeline.learned !== null ? timeline.steps[timeline.learned] : undefined);
  const now = neighbours?.tokens ?? subject.kept?.tokens;
  return subject.norms.map((norm, index) => ({
    index,
    norm: step ? step.norms[index] : norm,
    moved: moved ? moved.moved[index] : null,
    near: step && at !== null ? listed(at, index) : (now?.[index]?.[metric] ?? []).map((near) => ({ id: near.id, token: near.token, value: near[metric] })),
    start: timeline && timeline.steps.length > 0 ? (listed(0, index)[0] ?? null) : null,
  }));
}

/** The rows as text for people: one line a virtual token, so many neighbours each. */
export function rowsAsText(rows: readonly NearestRow[], most: number, format: (value: number) => string): string {
  return `${rows.map(({ index, near }) => `${index + 1}\t${near.slice(0, most).map(({ token, value }) => `${token} ${format(value)}`).join("  ")}`).join("\n")}\n`;
}

/** The rows as CSV (RFC 4180): one line a virtual token and neighbour. */
export function rowsAsCsv(rows: readonly NearestRow[], metric: NearnessMetric, step: number | null): string {
  const lines = rows.flatMap(({ index, norm, near }) => near.map(({ id, token, value }, rank) => [step ?? "", index + 1, norm, rank + 1, id, quoted(token), value].join(",")));
  return `${["step,virtual_token,norm,rank,token_id,token", metric].join(",")}\r\n${lines.map((line) => `${line}\r\n`).join("")}`;
}

/** Always in quotes; a spreadsheet takes a text that begins with these for a formula. */
function quoted(text: string): string {
  return `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
