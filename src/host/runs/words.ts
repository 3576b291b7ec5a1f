import type { RunEntry } from "../../runs/run-entry.js";

/** What texts need of the editor: `vscode.l10n` is one. Placeholders: {0}, {1}. */
export interface Localization {
  t(message: string, ...args: (string | number | boolean)[]): string;
}

/** How and when texts are written; given, so that they can be tested without an editor. */
export interface Speech {
  readonly l10n: Localization;
  /** BCP 47, as vscode.env.language. */
  readonly language: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Metric = NonNullable<RunEntry["metric"]>;

/** "accuracy 95.2 %", "loss 0.312". */
export function metricText(speech: Speech, { name, value }: Metric): string {
  return `${metricName(speech, name)} ${metricValueText(speech, name, value)}`;
}

export function metricName({ l10n }: Pick<Speech, "l10n">, name: string): string {
  const names: Readonly<Record<string, string>> = { accuracy: l10n.t("accuracy"), macroF1: l10n.t("macro-F1"), ...spanNames(l10n), exactMatch: l10n.t("exact match"), rougeL: "ROUGE-L", loss: l10n.t("loss") };
  return names[name] ?? name;
}

function spanNames(l10n: Localization): Record<string, string> {
  return { spanF1: l10n.t("span F1"), spanF1Strict: l10n.t("strict span F1"), spanPrecision: l10n.t("span precision"), spanRecall: l10n.t("span recall") };
}

/** Shares in percent with one digit; a loss with three. */
export function metricValueText({ language }: Pick<Speech, "language">, name: string, value: number): string {
  if (name === "loss") return numberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 }).format(value);
  return `${numberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value * 100)} %`;
}

/** Whether a smaller value is the better one. */
export const lessIsBetter = (metric: string): boolean => metric === "loss";

/** "8 s", "3 min 05 s", "2 h 04 min". */
export function durationText({ l10n }: Pick<Speech, "l10n">, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return l10n.t("{0} s", whole);
  if (whole < 3600) return l10n.t("{0} min {1} s", Math.floor(whole / 60), twoDigits(whole % 60));
  const minutes = Math.round(whole / 60);
  return l10n.t("{0} h {1} min", Math.floor(minutes / 60), twoDigits(minutes % 60));
}

/** "0:42", "3:05", "2:04:00". */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return `${hours > 0 ? `${hours}:${twoDigits(minutes)}` : minutes}:${twoDigits(whole % 60)}`;
}

/** "3 min. ago", "yesterday"; empty for a time that cannot be read. */
export function ageText({ language, now }: Speech, time: string | null): string {
  const then = time === null ? NaN : Date.parse(time);
  if (Number.isNaN(then)) return "";
  const seconds = Math.min(0, (then - now) / 1000);
  const [unit, size] = ageUnits.find(([, size]) => -seconds >= size) ?? (["second", 1] as const);
  return relativeFormat(language).format(unit === "second" ? 0 : Math.trunc(seconds / size), unit);
}

/** "step 120/300". */
export function stepText({ l10n }: Pick<Speech, "l10n">, { step, steps }: Pick<RunEntry, "step" | "steps">): string {
  return steps === null ? l10n.t("step {0}", step) : l10n.t("step {0}/{1}", step, steps);
}

export function stateText({ l10n }: Pick<Speech, "l10n">, state: RunEntry["state"]): string {
  switch (state) {
    case "queued":
      return l10n.t("starting");
    case "running":
      return l10n.t("running");
    case "paused":
      return l10n.t("paused");
    case "stopped":
      return l10n.t("stopped");
    case "succeeded":
      return l10n.t("succeeded");
    case "failed":
      return l10n.t("failed");
    case "interrupted":
      return l10n.t("interrupted");
  }
}

const day = 86_400;
const ageUnits = [
  ["year", 365 * day],
  ["month", 30 * day],
  ["week", 7 * day],
  ["day", day],
  ["hour", 3600],
  ["minute", 60],
] as const;

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** Making a format takes long, and a list asks for thousands of texts. */
const formats = new Map<string, Intl.NumberFormat | Intl.RelativeTimeFormat>();
function kept<Format extends Intl.NumberFormat | Intl.RelativeTimeFormat>(key: string, make: () => Format): Format {
  let format = formats.get(key) as Format | undefined;
  if (!format) formats.set(key, (format = make()));
  return format;
}
const numberFormat = (language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => kept(`${language} ${options.maximumFractionDigits}`, () => new Intl.NumberFormat(language, options));
const relativeFormat = (language: string): Intl.RelativeTimeFormat => kept(`${language} relative`, () => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }));
