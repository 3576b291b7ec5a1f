/** What a narrator wants shown: a line that stays, or the line that changes in place. */
export type Narration = { readonly kind: "line"; readonly text: string } | { readonly kind: "live"; readonly text: string };

export const line = (text: string): Narration => ({ kind: "line", text });
export const live = (text: string): Narration => ({ kind: "live", text });

/** "██████░░░░" for a share from 0 to 1. */
export function bar(done: number, width = 20): string {
  const filled = Math.round(Math.min(1, Math.max(0, done)) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}
