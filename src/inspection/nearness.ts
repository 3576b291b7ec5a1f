/** Ways to say how near a vocabulary token is to a vector. */
export const nearnessMetrics = ["cosine", "dot", "l2"] as const;
export type NearnessMetric = (typeof nearnessMetrics)[number];
