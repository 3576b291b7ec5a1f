import type { RunEntry } from "../../runs/run-entry.js";
import type { RowSituation } from "./row-situation.js";
import { ageText, durationText, metricName, metricValueText, type Speech, stateText, stepText } from "./words.js";

const splitText = ({ l10n }: Speech, split: "validation" | "test", value: string): string => (split === "test" ? l10n.t("{0} on the test rows", value) : l10n.t("{0} on the validation rows", value));

/** The essentials of a run as Markdown. Texts of files and errors stand there as they are, never as Markdown. */
export function tooltipOf(speech: Speech, entry: RunEntry, { job, baseline }: RowSituation): string {
  const { l10n } = speech;
  const facts: [name: string, value: string][] = [
    [l10n.t("State"), [stateText(speech, entry.state), stepText(speech, entry)].join(", ")],
    ...(entry.secondsLeft === null ? [] : [[l10n.t("Time left"), durationText(speech, entry.secondsLeft)] as [string, string]]),
    ...(entry.metric === null ? [] : [[metricName(speech, entry.metric.name), splitText(speech, entry.metric.split, metricValueText(speech, entry.metric.name, entry.metric.value))] as [string, string]]),
    ...(entry.seed === null ? [] : [[l10n.t("Seed"), String(entry.seed)] as [string, string]]),
    ...(entry.created === null ? [] : [[l10n.t("Begun"), `${dateText(speech, entry.created)} (${ageText(speech, entry.created)})`] as [string, string]]),
    ...(entry.seconds === null ? [] : [[l10n.t("Took"), durationText(speech, entry.seconds)] as [string, string]]),
    [l10n.t("Learned"), learnedText(speech, entry.learned)],
  ];
  const notes = [
    baseline ? l10n.t("Pinned as the baseline.") : "",
    entry.active && !job ? l10n.t("Another process works on it (a terminal, or another window).") : "",
    entry.state === "interrupted" ? l10n.t("Its process is gone. It can be resumed.") : "",
    entry.reason ?? "",
    ...entry.damage,
  ].filter((note) => note !== "");
  return [`**${escapeMarkdown(entry.name)}**`, facts.map(([name, value]) => `${escapeMarkdown(name)}: ${escapeMarkdown(value)}`).join("  \n"), ...notes.map(escapeMarkdown)].join("\n\n");
}

function learnedText({ l10n }: Speech, learned: RunEntry["learned"]): string {
  if (learned === "adapter") return l10n.t("a soft prompt, to inspect, try and export");
  return learned === "checkpoint" ? l10n.t("as far as its last checkpoint") : l10n.t("nothing yet");
}

function dateText({ language }: Speech, time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : dateFormat(language).format(date);
}

/** Making one takes a hundred times as long as using it. */
const dateFormats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(language: string): Intl.DateTimeFormat {
  let format = dateFormats.get(language);
  if (!format) dateFormats.set(language, (format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" })));
  return format;
}

/** Every character that means something in Markdown, or in the HTML and the icons it may hold, loses its meaning. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|~>$:@/]/g, "\\$&").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(/[\u0000-\u001F\u007F\u200E\u200F\u202A-\u202E\u2066-\u2069]+/g, " ");
}
