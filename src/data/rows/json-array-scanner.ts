import { Tokenizer, TokenType } from "@streamparser/json";

export interface ScannedElement {
  /** UTF-8 bytes [start, end) of what was written. */
  readonly start: number;
  readonly end: number;
}

/** Finds where the elements of an array begin and end in a stream of JSON. Their content is left to JSON.parse. */
export class JsonArrayScanner {
  /** Where the element that is being read begins; undefined between elements. */
  elementStart: number | undefined;
  /** "before" the array, "inside" it, "behind" it. */
  state: "before" | "inside" | "behind";
  private readonly tokenizer = new Tokenizer({ stringBufferSize: 64 * 1024, numberBufferSize: 4096 });
  private depth = 0;
  /** How many of the keys lead to where we are. */
  private followed = 0;
  private arrayDepth = 0;
  private key: string | undefined;
  private afterColon = false;
  private commaDue = false;

  /**
   * @param at keys that lead to the array.
   * @param resumed the stream begins inside the array, behind an element.
   * @param onElement hears of every element once it is complete. May throw.
   */
  constructor(
    private readonly at: readonly string[],
    private readonly resumed: boolean,
    private readonly onElement: (element: ScannedElement) => void,
  ) {
    this.state = resumed ? "inside" : "before";
    if (resumed) {
      this.depth = this.arrayDepth = 1;
      this.commaDue = true;
    }
    this.tokenizer.onToken = ({ token, value, offset }) => this.take(token, value, offset);
    this.tokenizer.onError = (error) => {
      throw error;
    };
  }

  /** @throws JsonScanError what is no JSON, or has no such array. */
  write(chunk: Uint8Array): void {
    this.tokenizer.write(chunk);
  }

  /** Says that nothing more comes. @throws JsonScanError it ends too early. */
  finish(): void {
    if (this.state === "before") throw new JsonScanError("there is no array of objects");
    if (this.state === "inside" || (!this.resumed && this.depth > 0)) throw new JsonScanError("it ends too early");
    this.tokenizer.end();
  }

  private take(token: TokenType, value: unknown, offset: number): void {
    if (this.state === "inside") return this.inside(token, offset);
    if (this.state === "before") return this.before(token, value);
    if (this.resumed) return;
    if (this.at.length === 0) throw new JsonScanError("more follows behind the array");
    this.count(token);
  }

  private before(token: TokenType, value: unknown): void {
    const { at, followed, depth } = this;
    const here = depth === followed && (followed === 0 || this.afterColon);
    if (here && followed === at.length) {
      if (token !== TokenType.LEFT_BRACKET) throw new JsonScanError("there is no array of objects");
      this.count(token);
      this.state = "inside";
      this.arrayDepth = this.depth;
      return;
    }
    if (depth === followed + 1) {
      if (token === TokenType.STRING && !this.afterColon) this.key = value as string;
      else if (token === TokenType.COLON && this.key === at[followed]) {
        this.followed++;
        this.afterColon = true;
        return;
      }
    }
    if (here && token !== TokenType.LEFT_BRACE) throw new JsonScanError("there is no array of objects");
    this.afterColon = false;
    this.count(token);
  }

  private inside(token: TokenType, offset: number): void {
    if (this.elementStart !== undefined) {
      this.count(token);
      if (this.depth === this.arrayDepth) this.complete(offset + 1);
      return;
    }
    if (token === TokenType.RIGHT_BRACKET) {
      this.count(token);
      this.state = "behind";
    } else if (this.commaDue) {
      if (token !== TokenType.COMMA) throw new JsonScanError("a comma is missing between two rows");
      this.commaDue = false;
    } else {
      this.elementStart = offset;
      this.count(token);
      // What is no object or array is complete at once; only its place matters, as it is no row.
      if (this.depth === this.arrayDepth) this.complete(offset + 1);
    }
  }

  private complete(end: number): void {
    const start = this.elementStart!;
    this.elementStart = undefined;
    this.commaDue = true;
    this.onElement({ start, end });
  }

  private count(token: TokenType): void {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.depth++;
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) this.depth--;
    if (this.depth < 0) throw new JsonScanError("a bracket is closed that was never opened");
  }
}

/** JSON that is not what was expected; the message goes on after "the file is not an array of objects:". */
export class JsonScanError extends Error {}
