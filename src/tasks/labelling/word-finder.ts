/**
 * Finds words of an answer among a row's words, each place once. Compared without white space, so that "today?" is found
 * where the data has "today ?", and first as written, then without regard to case. Behind what was found before is
 * looked first, because answers name spans in the text's order.
 */
export class WordFinder {
  private readonly asWritten: Searchable;
  private readonly folded: Searchable;
  private readonly taken: boolean[];
  private from = 0;

  constructor(words: readonly string[]) {
    this.asWritten = new Searchable(words);
    this.folded = new Searchable(words.map((word) => word.toLowerCase()));
    this.taken = words.map(() => false);
  }

  /** Where the words stand and were not found yet; "taken" where they stand only where something was found already. */
  find(words: string): { readonly start: number; readonly end: number } | "taken" | undefined {
    const places = this.asWritten.places(words);
    const all = places.length > 0 ? places : this.folded.places(words.toLowerCase());
    const free = all.filter(({ start, end }) => !this.taken.slice(start, end).includes(true));
    const place = free.find(({ start }) => start >= this.from) ?? free[0];
    if (!place) return all.length > 0 ? "taken" : undefined;
    this.taken.fill(true, place.start, place.end);
    this.from = place.end;
    return place;
  }
}

/** Words as one text without white space, with the offsets at which words begin. */
class Searchable {
  private readonly text: string;
  private readonly wordAt = new Map<number, number>();

  constructor(words: readonly string[]) {
    let text = "";
    words.forEach((word, index) => {
      // A word of white space alone begins where the next one does: the first one keeps the place.
      if (!this.wordAt.has(text.length)) this.wordAt.set(text.length, index);
      text += withoutSpace(word);
    });
    this.text = text;
    if (!this.wordAt.has(text.length)) this.wordAt.set(text.length, words.length);
  }

  /** Every place where the words stand from the beginning of a word to the end of one. */
  places(words: string): { start: number; end: number }[] {
    const needle = withoutSpace(words);
    const places: { start: number; end: number }[] = [];
    if (needle === "") return places;
    for (let at = this.text.indexOf(needle); at >= 0; at = this.text.indexOf(needle, at + 1)) {
      const start = this.wordAt.get(at);
      const end = this.wordAt.get(at + needle.length);
      if (start !== undefined && end !== undefined) places.push({ start, end });
    }
    return places;
  }
}

const withoutSpace = (text: string): string => text.replace(/\s+/gu, "");
