import { fingerprint, splitNames, type Dataset, type DatasetNotice } from "./dataset.js";

/** Notices about rows that stand in two splits, and about equal texts of train that bear different answers. */
export function overlapNotices(splits: Dataset["splits"]): DatasetNotice[] {
  const notices: DatasetNotice[] = [];
  const prints = splitNames.map((name) => ({ name, list: (splits[name] ?? []).map(fingerprint) }));
  for (let i = 0; i < prints.length; i++) {
    for (let j = i + 1; j < prints.length; j++) {
      const earlier = new Set(prints[i].list);
      const shared = prints[j].list.filter((print) => earlier.has(print)).length;
      if (shared === 0) continue;
      notices.push({
        code: "leak",
        text: `${shared} of the ${prints[j].list.length} rows of ${prints[j].name} also stand in ${prints[i].name}: figures on ${prints[j].name} flatter.`,
      });
    }
  }
  const answers = new Map<string, Set<string>>();
  splits.train.forEach(({ label }, i) => {
    if (label === undefined) return;
    const print = prints[0].list[i];
    answers.set(print, (answers.get(print) ?? new Set()).add(label));
  });
  const torn = [...answers.values()].filter((labels) => labels.size > 1).length;
  if (torn > 0) notices.push({ code: "contradiction", text: `${torn} text${torn === 1 ? "" : "s"} of train stand${torn === 1 ? "s" : ""} there with different labels.` });
  return notices;
}
