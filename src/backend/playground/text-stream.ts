/**
 * Tokens as they come → pieces of text. A piece never holds half a character (a token can end in the middle of one),
 * nor white space at the answer's ends, which the answer does not keep: all pieces together are the decoded, trimmed text.
 */
export class TextStream {
  private readonly ids: number[] = [];
  private told = "";

  constructor(private readonly decode: (ids: Int32Array) => string) {}

  get tokens(): number {
    return this.ids.length;
  }

  /** Takes a token; returns the text that is certain now, often "". */
  add(id: number): string {
    this.ids.push(id);
    // The replacement character at the end may be the beginning of a character whose other bytes are still to come.
    return this.tell(this.text().replace(/\uFFFD+$/u, ""));
  }

  /** What is left when no more tokens come. */
  end(): string {
    return this.tell(this.text());
  }

  private text(): string {
    return this.decode(Int32Array.from(this.ids));
  }

  private tell(text: string): string {
    const certain = text.trim();
    // A tokenizer that changes what it said before is not followed; the whole answer comes at the end.
    if (!certain.startsWith(this.told)) return "";
    const piece = certain.slice(this.told.length);
    this.told = certain;
    return piece;
  }
}
