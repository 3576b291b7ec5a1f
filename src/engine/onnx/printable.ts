/** A name out of a model file for a message: at most 120 characters, none that a terminal would obey. */
export function printable(text: string): string {
  const shown = text.slice(0, 120).replace(/[^\x20-\x7e]/g, "?");
  return text.length > 120 ? `${shown}…` : shown;
}
