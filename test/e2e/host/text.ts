/** A pattern for text of the page: a string means the whole text, white space aside. */
export function wholeText(text: string | RegExp): RegExp {
  return typeof text === "string" ? new RegExp(`^\\s*${text.trim().split(/\s+/).map(escape).join("\\s+")}\\s*$`) : text;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
