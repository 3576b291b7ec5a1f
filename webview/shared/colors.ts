/** Colours as numbers: what is needed to keep a chart's lines apart from their background in every theme. */

export interface Color {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** 0 to 1. */
  readonly alpha: number;
}

/** Reads "#rgb", "#rrggbb", "#rrggbbaa", "rgb(…)" and "rgba(…)", which is what themes hold; undefined for anything else. */
export function parseColor(text: string): Color | undefined {
  const value = text.trim();
  const short = /^#([0-9a-f]{3,4})$/i.exec(value);
  const hex = short ? [...short[1]].map((digit) => digit + digit).join("") : /^#([0-9a-f]{6}(?:[0-9a-f]{2})?)$/i.exec(value)?.[1];
  if (hex !== undefined) {
    const [red, green, blue, alpha = 255] = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
    return { red, green, blue, alpha: alpha / 255 };
  }
  const parts = /^rgba?\(([^)]*)\)$/i.exec(value)?.[1].split(/[\s,/]+/).filter((part) => part !== "").map(Number.parseFloat);
  if (!parts || (parts.length !== 3 && parts.length !== 4) || parts.some(Number.isNaN)) return undefined;
  const [red, green, blue, alpha = 1] = parts;
  return { red, green, blue, alpha };
}

export function formatColor({ red, green, blue, alpha }: Color): string {
  return `rgba(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)}, ${Number(alpha.toFixed(3))})`;
}

/** The same colour, so much see-through. */
export function withAlpha(color: string, alpha: number): string {
  const parsed = parseColor(color);
  return parsed ? formatColor({ ...parsed, alpha: parsed.alpha * alpha }) : color;
}

/** What the eye sees where a colour lies on an opaque one. */
export function over(top: Color, bottom: Color): Color {
  const mix = (a: number, b: number): number => a * top.alpha + b * (1 - top.alpha);
  return { red: mix(top.red, bottom.red), green: mix(top.green, bottom.green), blue: mix(top.blue, bottom.blue), alpha: 1 };
}

/** WCAG 2.1 relative luminance, 0 to 1. */
export function luminance({ red, green, blue }: Color): number {
  const [r, g, b] = [red, green, blue].map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.1 contrast ratio, 1 to 21. */
export function contrast(a: Color, b: Color): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour, moved towards black or white until it has this contrast to the background (WCAG 1.4.11 asks 3 of a line). */
export function withContrast(color: Color, background: Color, least: number): Color {
  const target = luminance(background) > 0.18 ? 0 : 255;
  for (let share = 0; share <= 1; share += 0.05) {
    const moved = { red: toward(color.red, target, share), green: toward(color.green, target, share), blue: toward(color.blue, target, share), alpha: color.alpha };
    if (contrast(over(moved, background), background) >= least) return moved;
  }
  return { red: target, green: target, blue: target, alpha: 1 };
}

const toward = (from: number, to: number, share: number): number => from + (to - from) * share;
