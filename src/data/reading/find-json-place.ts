import { Tokenizer, TokenType } from "@streamparser/json";

/** Keys that lead to the first array of objects of a JSON text: [] where it is the array itself. Undefined where its beginning shows none. */
export function findJsonPlace(beginning: string): string[] | undefined {
  /** Key under which each open bracket stands; null for brackets inside arrays, where no keys lead. */
  const open: { readonly key: string | null; readonly array: boolean }[] = [];
  let key: string | null = "";
  let last: TokenType | undefined;
  let found: string[] | undefined;
  const tokenizer = new Tokenizer();
  tokenizer.onError = () => undefined;
  tokenizer.onToken = ({ token, value }) => {
    if (found) return;
    const inArray = open.at(-1)?.array === true;
    if (token === TokenType.STRING && !inArray && last !== TokenType.COLON) key = value as string;
    if (token === TokenType.LEFT_BRACE && inArray && open.slice(0, -1).every(({ array }) => !array)) found = open.slice(1).map((bracket) => bracket.key ?? "");
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) open.push({ key: open.length === 0 ? null : key, array: token === TokenType.LEFT_BRACKET });
    if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) open.pop();
    last = token;
  };
  tokenizer.write(beginning);
  return found;
}
