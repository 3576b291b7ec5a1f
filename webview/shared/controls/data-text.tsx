import { visibleParts } from "../visible-text.js";

/**
 * A text of somebody's data (a row, a label, a name from a file): what is invisible or would move other text is shown as a
 * stand-in, and its direction does not reach the text around it.
 */
export function DataText({ text, lines = false }: { readonly text: string; readonly lines?: boolean }) {
  return (
    <bdi class={lines ? "data lines" : "data"}>
      {visibleParts(text, { lines }).map((part, index) => (part.escaped ? <span key={index} class="escape">{part.text}</span> : part.text))}
    </bdi>
  );
}
