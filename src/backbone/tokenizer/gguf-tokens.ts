import { tokenizerError } from "./definition.js";

/** llama_token_type of llama.cpp. */
export const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** An id that the file must name. */
export function required(id: number | undefined, what: string): number {
  if (id === undefined) throw tokenizerError(`Texts should have an ${what} token, but the file names none.`);
  return id;
}
