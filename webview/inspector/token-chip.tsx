import { visibleText } from "../shared/visible-text.js";

/** Stand-ins that the tokenizer's display uses for what cannot be seen. */
const standIns = /(␣|↵|⇥|␍|␡|◌|[\u2400-\u241f]|<0x[0-9A-F]{2}>|<U\+[0-9A-F]{4,6}>)/;

/** A token in a box of its own: where it begins and ends can be seen, and its direction reaches nothing around it. */
export function TokenChip({ token }: { readonly token: string }) {
  return (
    <bdi class="token">
      {visibleText(token).split(standIns).map((part, i) => (i % 2 === 1 ? <span key={i} class="stand-in">{part}</span> : part))}
    </bdi>
  );
}
