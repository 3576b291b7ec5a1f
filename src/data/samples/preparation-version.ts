/** Raised whenever the preparation of a sample gives other rows: prepared copies of an older version are not used. */
export const preparationVersion = 1;
