import { visibleText } from "../../common/visible-text.js";
import { type ColumnPicker, type DataPart, forEachRow, joinCells, type PassOptions } from "../row-stream.js";
import type { DuplicateGroup } from "./duplicates-schema.js";
import { summariseLikeness } from "./likeness-summary.js";
import type { TextTable } from "./text-table.js";

interface Grouping {
  readonly groupOf: Int32Array;
  /** Row → number that identical rows share. */
  readonly identical: Int32Array;
  readonly similarities: ReadonlyMap<number, number>;
}

const mostMembers = 20;
/** Members of a group whose text is shown. */
const shownMembers = 4;
const shownCharacters = 200;

/** The groups most worth a look: conflicts, then leaks, then the largest; ties to the one that comes first. */
export async function listGroups(parts: readonly DataPart[], pickText: () => ColumnPicker, table: TextTable, grouping: Grouping, most: number, options: PassOptions): Promise<DuplicateGroup[]> {
  const { groupOf } = grouping;
  const { counts, parts: partsOf, conflicts } = summariseLikeness(table, (row) => groupOf[row], table.textCount);
  const weight = (id: number): number => conflicts[id] * 2 ** 40 + ((partsOf[id] & (partsOf[id] - 1)) !== 0 ? 2 ** 36 : 0) + counts[id];
  const byWeight = (a: number, b: number): number => weight(b) - weight(a) || a - b;
  let chosen: number[] = [];
  for (let id = 0; id < counts.length; id++) {
    if (counts[id] < 2) continue;
    chosen.push(id);
    if (chosen.length > 4 * most + 1000) chosen = chosen.sort(byWeight).slice(0, most);
  }
  chosen = chosen.sort(byWeight).slice(0, most);
  const members = new Map<number, number[]>(chosen.map((id) => [id, []]));
  for (let row = 0; row < groupOf.length; row++) members.get(groupOf[row])?.push(row);
  const texts = await textsOf(parts, pickText, table, [...members.values()].flatMap((rows) => rows.slice(0, shownMembers)), options);
  return chosen.map((id) => {
    const rows = members.get(id)!;
    const same = (number: (row: number) => number): boolean => rows.every((row) => number(row) === number(rows[0]));
    const perPart = parts.map(() => 0);
    for (const row of rows) perPart[table.partOf(row)]++;
    return {
      likeness: same((row) => grouping.identical[row]) ? "identical" : same((row) => table.texts.at(row)) ? "sameLetters" : "near",
      similarity: grouping.similarities.get(id) ?? 1,
      rows: rows.length,
      parts: parts.flatMap(({ name }, part) => (perPart[part] > 0 ? [{ part: name, rows: perPart[part] }] : [])),
      conflict: conflicts[id] === 1,
      members: rows.slice(0, mostMembers).map((row) => {
        const part = table.partOf(row);
        const label = table.labels.at(row);
        return { part: parts[part].name, row: row - table.starts[part], label: table.labelNames[label] ?? null, shown: texts.get(row) ?? null };
      }),
    };
  });
}

/** The texts of some rows, visible and cut; reads no further than the last of them. */
async function textsOf(parts: readonly DataPart[], pickText: () => ColumnPicker, table: TextTable, rows: readonly number[], options: PassOptions): Promise<Map<number, string>> {
  const wanted = new Set(rows);
  const texts = new Map<number, string>();
  for (const [part, { open }] of parts.entries()) {
    let left = rows.filter((row) => table.partOf(row) === part).length;
    if (left === 0) continue;
    const picker = pickText();
    await forEachRow(
      open,
      (visited) => {
        const row = table.starts[part] + visited.row;
        if (wanted.has(row)) {
          texts.set(row, visibleText(joinCells(picker.pick(visited)).slice(0, shownCharacters)));
          left--;
        }
        return left > 0;
      },
      options,
    );
  }
  return texts;
}
