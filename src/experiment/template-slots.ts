import type { JsonDocument, Span } from "./json-document.js";

/** A slot as it stands in a template's text. */
export interface SlotPlace {
  /** What is between the braces, without white space around it: "text", "soft:20". */
  readonly name: string;
  /** UTF-16 offset of the opening brace in the template's text, and units to behind the closing one. */
  readonly offset: number;
  readonly length: number;
}

/** The slots of a template with their places; doubled braces are text. Made for editors: what is not closed is left out. */
export function slotPlaces(template: string): SlotPlace[] {
  const places: SlotPlace[] = [];
  for (let at = 0; at < template.length; at++) {
    const character = template[at];
    if ((character === "{" || character === "}") && template[at + 1] === character) at++;
    else if (character === "{") {
      const end = template.slice(at + 1).search(/[{}\n]/);
      if (end < 0 || template[at + 1 + end] !== "}") continue;
      places.push({ name: template.slice(at + 1, at + 1 + end).trim(), offset: at, length: end + 2 });
      at += end + 1;
    }
  }
  return places;
}

/** Where a slot stands in the file's task.template (its first place); the whole template where it does not. */
export function slotSpan(document: JsonDocument, template: string, name: string): Span {
  const path = ["task", "template"];
  const place = slotPlaces(template).find((slot) => slot.name === name);
  return place ? document.stringSpan(path, place) : document.valueSpan(path);
}
