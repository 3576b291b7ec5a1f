import type { AnswerData, AnswerProgress, ContestantAnswerData, ContestantData, ExampleToTryData, FetchProgress, PlaygroundPromptData } from "../../src/protocol/backend/playground.js";
import type { ErrorData } from "../../src/protocol/error-data.js";
import type { Opened, PlaygroundMemory } from "../../src/protocol/webview/playground.js";
import { slotsOf } from "./names.js";

/** What a person is told of an error. */
export type Problem = Pick<ErrorData, "message" | "reason" | "advice">;

/** What one contestant has said. */
export type Outcome =
  | { readonly status: "waiting" }
  | { readonly status: "answering"; readonly text: string }
  | { readonly status: "answered"; readonly answer: AnswerData }
  | { readonly status: "stopped"; readonly text: string }
  | { readonly status: "failed"; readonly error: Problem };

export type Fields = Readonly<Record<string, string>>;
export type HistoryEntry = PlaygroundMemory["history"][number];

/** "starting": the host is asked. "cancelled": the person did not want to wait for the backbone. */
export type Phase = "starting" | "untrusted" | "empty" | "opening" | "cancelled" | "failed" | "open";

export interface PlaygroundState {
  readonly phase: Phase;
  /** How far the backbone is, while it is opened. */
  readonly fetching: FetchProgress | null;
  /** Why it could not be opened, or what went wrong with the last thing that was asked for. */
  readonly problem: Problem | null;
  readonly backbone: Opened["backbone"] | null;
  readonly prompts: readonly PlaygroundPromptData[];
  readonly refused: Opened["refused"];
  readonly fields: Fields;
  /** What the data says of these fields, where they are an example's. */
  readonly expected: string | null;
  readonly withNone: boolean;
  readonly withHard: boolean;
  readonly hardText: string;
  /** The prompt whose task the backbone alone is asked with. */
  readonly task: string | null;
  readonly examples: readonly ExampleToTryData[];
  readonly answering: boolean;
  /** Contestant's key → what it said. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** What the outcomes are about. */
  readonly asked: Fields | null;
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
  /** Prompt → step that its run has got to since. */
  readonly learnedMore: Readonly<Record<string, number>>;
}

const longestHistory = 20;

export function initialState(memory: PlaygroundMemory): PlaygroundState {
  const { fields, withNone, withHard, hardText, task, history } = memory;
  return {
    phase: "starting",
    fetching: null,
    problem: null,
    backbone: null,
    prompts: [],
    refused: [],
    fields,
    expected: null,
    withNone,
    withHard,
    hardText: hardText ?? "",
    task,
    examples: [],
    answering: false,
    outcomes: {},
    asked: null,
    history,
    learnedMore: {},
  };
}

export function memoryOf({ prompts, refused, fields, withNone, withHard, hardText, task, history }: PlaygroundState): PlaygroundMemory {
  return { prompts: [...prompts, ...refused].map(({ reference }) => reference), fields: { ...fields }, withNone, withHard, hardText, task, history: [...history] };
}

/** One column: who is asked, and its name in the outcomes. */
export interface Column {
  readonly key: string;
  readonly contestant: ContestantData;
  /** The prompt it is, or the one whose task it borrows. */
  readonly prompt: PlaygroundPromptData;
}

export function columnsOf({ prompts, withNone, withHard, hardText, task }: PlaygroundState): Column[] {
  const asked = prompts.find(({ reference }) => reference === task) ?? prompts[0];
  return [
    ...prompts.map((prompt): Column => ({ key: `soft ${prompt.reference}`, contestant: { kind: "soft", prompt: prompt.reference }, prompt })),
    ...(asked && withNone ? [{ key: "none", contestant: { kind: "none", task: asked.reference }, prompt: asked } as const] : []),
    ...(asked && withHard ? [{ key: "hard", contestant: { kind: "hard", task: asked.reference, text: hardText }, prompt: asked } as const] : []),
  ];
}

/** Who has no text of its own is not asked, nor a hard prompt without words: it would be no prompt. */
export function isAsked({ contestant, prompt }: Column, fields: Fields): boolean {
  if (contestant.kind === "hard" && contestant.text.trim() === "") return false;
  return prompt.slots.length === 0 || prompt.slots.some((slot) => (fields[slot] ?? "").trim() !== "");
}

/** Whether there is anything to answer to. */
export function canAnswer(state: PlaygroundState): boolean {
  return state.phase === "open" && !state.answering && columnsOf(state).some((column) => isAsked(column, state.fields));
}

/** The outcomes are about another text than the one in the fields. */
export function isStale(state: PlaygroundState): boolean {
  const { asked, fields } = state;
  return asked !== null && !state.answering && slotsOf(state.prompts).some((slot) => (asked[slot] ?? "") !== (fields[slot] ?? ""));
}

export function opened(state: PlaygroundState, { backbone, prompts, refused }: Opened): PlaygroundState {
  const hardText = state.hardText || (prompts.flatMap(({ hardPrompts }) => hardPrompts)[0] ?? "").trim();
  return { ...state, phase: "open", fetching: null, problem: null, backbone, prompts, refused, hardText };
}

/** Takes in prompts that were added; one that is there already is taken anew. */
export function added(state: PlaygroundState, { prompts, refused }: Pick<Opened, "prompts" | "refused">): PlaygroundState {
  const isNew = ({ reference }: PlaygroundPromptData): boolean => !state.prompts.some((old) => old.reference === reference);
  const all = [...state.prompts.map((old) => prompts.find(({ reference }) => reference === old.reference) ?? old), ...prompts.filter(isNew)];
  const taken = new Set([...prompts, ...refused].map(({ reference }) => reference));
  const learnedMore = Object.fromEntries(Object.entries(state.learnedMore).filter(([reference]) => !taken.has(reference)));
  return { ...state, prompts: all, refused: [...state.refused.filter(({ reference }) => !taken.has(reference)), ...refused], learnedMore };
}

export function removed(state: PlaygroundState, reference: string): PlaygroundState {
  const { [`soft ${reference}`]: _gone, ...outcomes } = state.outcomes;
  return { ...state, outcomes, prompts: state.prompts.filter((prompt) => prompt.reference !== reference), task: state.task === reference ? null : state.task };
}

export function asking(state: PlaygroundState, columns: readonly Column[]): PlaygroundState {
  return { ...state, answering: true, problem: null, fetching: null, asked: state.fields, outcomes: Object.fromEntries(columns.map(({ key }) => [key, { status: "waiting" }])) };
}

export function heard(state: PlaygroundState, columns: readonly Column[], progress: AnswerProgress): PlaygroundState {
  const key = columns[progress.contestant]?.key;
  if (key === undefined) return state;
  const before = state.outcomes[key];
  const told = before?.status === "answering" ? before.text : "";
  const outcome: Outcome = progress.type === "done" ? outcomeOf(progress.outcome) : { status: "answering", text: progress.type === "text" ? told + progress.text : told };
  return { ...state, fetching: null, outcomes: { ...state.outcomes, [key]: outcome } };
}

/** All have answered: the input goes into the history, once. */
export function answered(state: PlaygroundState, columns: readonly Column[], outcomes: readonly ContestantAnswerData[], nameOf: (column: Column) => string): PlaygroundState {
  const all = Object.fromEntries(columns.map(({ key }, index) => [key, outcomes[index] ? outcomeOf(outcomes[index]) : ({ status: "stopped", text: "" } as const)]));
  const fields = state.asked ?? state.fields;
  const answers = columns.flatMap((column, index) => {
    const outcome = outcomes[index];
    if (outcome?.status !== "answered") return [];
    const { result } = outcome.answer;
    return [{ name: nameOf(column), answer: result.type === "classification" ? result.predicted : result.text }];
  });
  const others = state.history.filter((entry) => JSON.stringify(entry.fields) !== JSON.stringify(fields));
  return { ...state, answering: false, fetching: null, outcomes: all, history: [{ fields: { ...fields }, answers }, ...others].slice(0, longestHistory) };
}

/** It was stopped, or failed as a whole: what has been said stays, what has not is told as stopped. */
export function ended(state: PlaygroundState, problem: Problem | null): PlaygroundState {
  const outcomes = Object.fromEntries(
    Object.entries(state.outcomes).map(([key, outcome]): [string, Outcome] => [key, outcome.status === "answering" ? { status: "stopped", text: outcome.text } : outcome.status === "waiting" ? { status: "stopped", text: "" } : outcome]),
  );
  return { ...state, answering: false, fetching: null, outcomes, problem };
}

function outcomeOf(data: ContestantAnswerData): Outcome {
  return data.status === "answered" ? { status: "answered", answer: data.answer } : { status: "failed", error: data.error };
}
