import { z } from "zod";

/**
 * How alike two rows are, from the strictest on; each includes those before it.
 * - identical: the same text but for case, compatibility forms and white space
 * - sameLetters: the same letters and digits in the same order; punctuation and spaces may differ
 * - near: their shingle sets have at least the threshold's Jaccard similarity, or both are near to a third
 */
export const likenesses = ["identical", "sameLetters", "near"] as const;
export type Likeness = (typeof likenesses)[number];

const countsSchema = z.record(z.enum(likenesses), z.int().min(0));

const memberSchema = z.strictObject({ part: z.string(), row: z.int().min(0), label: z.string().nullable() });

export const duplicateGroupSchema = z.strictObject({
  /** What all rows of the group have in common. */
  likeness: z.enum(likenesses),
  /** Least similarity by which the group was joined: 1 but for near ones. */
  similarity: z.number().min(0).max(1),
  rows: z.int().min(2),
  /** Rows of the group by part. */
  parts: z.array(z.strictObject({ part: z.string(), rows: z.int().min(1) })),
  /** Its rows bear different labels. */
  conflict: z.boolean(),
  /** The first rows; `row` counts from 0 in its part. */
  members: z.array(memberSchema.extend({ /** Visible and harmless, cut; null for later members. */ shown: z.string().nullable() })),
});
export type DuplicateGroup = z.infer<typeof duplicateGroupSchema>;

export const duplicateReportSchema = z.strictObject({
  rows: z.int().min(0),
  /** Rows without any text; they are compared with none. */
  empty: z.int().min(0),
  /** Rows that have an earlier row so alike, in any part. */
  repeats: countsSchema,
  /** Groups of two rows or more. */
  groups: countsSchema,
  /** Groups whose rows bear different labels. */
  conflicts: countsSchema,
  /** For every pair of parts that share anything: rows of `part` that also stand in `of`, and rows of `of` that also stand in `part`. */
  leaks: z.array(z.strictObject({ part: z.string(), of: z.string(), rows: countsSchema, rowsOf: countsSchema })),
  /** The groups most worth a look: conflicts, then leaks, then the largest. */
  listed: z.array(duplicateGroupSchema),
  /** How near ones were looked for, and what was left out for want of memory or time; all 0 where the search is complete. */
  search: z.strictObject({
    threshold: z.number(),
    shingleWords: z.int(),
    bands: z.int(),
    rowsPerBand: z.int(),
    /** Probability that a pair exactly as similar as the threshold is missed. */
    missedAtThreshold: z.number(),
    textsNotSearched: z.int().min(0),
    textsNotKept: z.int().min(0),
    textsCutShort: z.int().min(0),
  }),
});
export type DuplicateReport = z.infer<typeof duplicateReportSchema>;
