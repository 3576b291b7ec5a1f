import { breathe } from "../../common/breathe.js";
import { TextHash } from "../../common/text-hash.js";
import { type ColumnPicker, type DataPart, forEachRow, joinCells, type PassOptions } from "../row-stream.js";
import type { BandIndex } from "./band-index.js";
import { Clusters } from "./clusters.js";
import { jaccard } from "./shingles.js";
import { ShingleStore } from "./shingle-store.js";
import { hashRow, shinglesOfWords, type TextTable } from "./text-table.js";

export interface NearOptions extends PassOptions {
  readonly threshold: number;
  /** Earlier texts that a text is compared with at most; in crowded buckets the nearest earlier ones. */
  readonly mostCompared: number;
  /** Shingles (4 bytes) that are kept for comparing at most. */
  readonly mostShingles: number;
}

export interface NearTexts {
  readonly clusters: Clusters;
  /** Least similarity of a join by the cluster's name; clusters of one text have none. */
  readonly similarities: ReadonlyMap<number, number>;
  /** Candidates that could not be kept for want of memory. */
  readonly textsNotKept: number;
  /** Texts with more candidates than are compared. */
  readonly textsCutShort: number;
}

/** Links walked for a text and band: most lead to texts that are joined already. */
const mostWalked = 256;

/** Reads all parts again and joins the texts whose shingle sets are as similar as the threshold; only candidates are kept and compared. */
export async function joinNearTexts(parts: readonly DataPart[], pickText: () => ColumnPicker, table: TextTable, index: BandIndex, options: NearOptions): Promise<NearTexts> {
  for (const _ of index.link()) await breathe(options.signal, "Looking for duplicates");
  const candidates = index.candidates();
  const store = new ShingleStore(index.size, options.mostShingles);
  const clusters = new Clusters(table.textCount);
  const similarities = new Map<number, number>();
  let textsNotKept = 0;
  let textsCutShort = 0;
  const join = (a: number, b: number, similarity: number): void => {
    const [first, second] = [clusters.of(a), clusters.of(b)];
    const least = Math.min(similarity, similarities.get(first) ?? 1, similarities.get(second) ?? 1);
    clusters.join(first, second);
    similarities.delete(Math.max(first, second));
    similarities.set(Math.min(first, second), least);
  };
  /** False where not all candidates were compared. */
  const compare = (text: number): boolean => {
    const own = store.get(text);
    const compared = new Set<number>();
    let complete = true;
    for (let band = 0; band < index.bands; band++) {
      let walked = 0;
      for (let other = index.previous(band, text); other >= 0; other = index.previous(band, other)) {
        if (++walked > mostWalked) {
          complete = false;
          break;
        }
        const size = store.sizeOf(other);
        if (size === 0 || clusters.of(other) === clusters.of(text) || compared.has(other)) continue;
        if (compared.size === options.mostCompared) return false;
        compared.add(other);
        // The smaller set's share of the larger one bounds the similarity.
        if (Math.min(size, own.length) < options.threshold * Math.max(size, own.length)) continue;
        const similarity = jaccard(own, store.get(other));
        if (similarity >= options.threshold) join(text, other, similarity);
      }
    }
    return complete;
  };
  const hash = new TextHash();
  let row = 0;
  let next = 0;
  for (const { open } of parts) {
    const picker = pickText();
    await forEachRow(
      open,
      (visited) => {
        const text = table.texts.at(row++);
        // Only a text's first row is looked at, and only where it has a candidate.
        if (text !== next) return;
        next++;
        if (text >= index.size || candidates[text] === 0) return;
        const { words } = hashRow(joinCells(picker.pick(visited)), hash);
        if (!store.keep(text, shinglesOfWords(words, hash.low))) textsNotKept++;
        else if (!compare(text)) textsCutShort++;
      },
      options,
    );
  }
  return { clusters, similarities, textsNotKept, textsCutShort };
}
