/**
 * GPT-2's one-to-one map between the 256 bytes and printable characters, in which byte-level vocabularies are
 * written (Radford et al. 2019, `bytes_to_unicode` of the published encoder): printable Latin-1 stands for itself,
 * every other byte for U+0100 and on, in order.
 */
const characters: string[] = [];
const bytes = new Map<string, number>();
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const character = String.fromCharCode(printable ? byte : next++);
  characters.push(character);
  bytes.set(character, byte);
}

/** The character of each byte. */
export const byteCharacters: readonly string[] = characters;

/**
 * The bytes that a vocabulary entry stands for. An entry with a character outside the map (an added token such as
 * "<my token>") stands for its own UTF-8, as in the decoder of the Python tokenizers.
 */
export function bytesOfToken(token: string): Uint8Array {
  const result = new Uint8Array(token.length);
  for (let index = 0; index < token.length; index++) {
    const byte = bytes.get(token[index]);
    if (byte === undefined) return Buffer.from(token, "utf8");
    result[index] = byte;
  }
  return result;
}
