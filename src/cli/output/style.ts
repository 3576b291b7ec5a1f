/** Colours of the terminal, or none: NO_COLOR (no-color.org), a pipe or a plain terminal get plain text. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
}

const wrapped =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

export const plainStyle: Style = { bold: String, dim: String, good: String, warning: String, bad: String };
export const colourStyle: Style = { bold: wrapped(1, 22), dim: wrapped(2, 22), good: wrapped(32, 39), warning: wrapped(33, 39), bad: wrapped(31, 39) };

export function styleFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  const refused = environment.NO_COLOR !== undefined && environment.NO_COLOR !== "";
  return stream.isTTY === true && !refused && environment.TERM !== "dumb" ? colourStyle : plainStyle;
}
