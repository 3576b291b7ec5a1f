export const projections = ["pca", "umap"] as const;
export type Projection = (typeof projections)[number];

/** "as-is": the vectors; "directions": each divided by its norm, so that only where they point counts. */
export const mapScalings = ["as-is", "directions"] as const;
export type MapScaling = (typeof mapScalings)[number];
