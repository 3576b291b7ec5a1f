import type { DuplicateReport } from "../../../data/quality/duplicates-schema.js";
import type { PartProfile } from "../../../data/quality/profile-rows.js";
import { excerpt } from "../../output/harmless.js";
import { count } from "../../output/numbers.js";
import { table } from "../../output/table.js";

/** Groups that are shown, and the width of their text. */
const mostGroups = 5;
const width = 70;

const alike = { identical: "the same text", sameLetters: "the same letters and digits", near: "nearly the same text" } as const;

/** What was found in a data set, for a person. */
export function qualityLines(report: DuplicateReport, profiles: readonly PartProfile[]): string[] {
  const kinds = Object.keys(alike) as (keyof typeof alike)[];
  return [
    `${count(report.rows, "row")} compared${report.empty > 0 ? `, ${count(report.empty, "row")} without text` : ""}.`,
    "",
    ...table([{ title: "repeated" }, { title: "rows", right: true }, { title: "with other labels", right: true }], kinds.map((kind) => [alike[kind], String(report.repeats[kind]), `${report.conflicts[kind]} of ${count(report.groups[kind], "group")}`])),
    "",
    ...(report.leaks.length === 0
      ? ["  No row of a split also stands in another."]
      : report.leaks.map(({ part, of, rows }) => `  ${count(rows.identical, "row")} of ${part} also stand in ${of} (${rows.sameLetters} by letters and digits, ${rows.near} nearly): figures on ${part} flatter.`)),
    "",
    ...report.listed.slice(0, mostGroups).map((group) => `  ${group.rows}× ${excerpt(group.members[0]?.shown ?? "", width)}${group.conflict ? "  (different labels)" : ""}`),
    ...(report.listed.length > 0 ? [""] : []),
    ...findingLines("Suspicious characters", profiles.map(({ suspicious }) => suspicious.found)),
    ...findingLines("Hints of personal data (hints only: look at them)", profiles.map(({ personalData }) => personalData.found)),
  ];
}

type Found = Readonly<Record<string, { readonly rows: number; readonly examples: readonly { readonly shown: string }[] }>>;

/** @param parts what was found in each split. */
function findingLines(title: string, parts: readonly Found[]): string[] {
  const kinds = Object.keys(parts[0] ?? {}).flatMap((kind) => {
    const found = parts.map((part) => part[kind]).filter(({ rows }) => rows > 0);
    return found.length === 0 ? [] : [{ kind, rows: found.reduce((sum, { rows }) => sum + rows, 0), example: found[0].examples[0]?.shown ?? "" }];
  });
  if (kinds.length === 0) return [`${title}: none.`];
  return [`${title}:`, ...table([{ title: "kind" }, { title: "rows", right: true }, { title: "for example" }], kinds.map(({ kind, rows, example }) => [kind, String(rows), excerpt(example, width)]))];
}
