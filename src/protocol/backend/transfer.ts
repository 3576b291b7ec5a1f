/** The backend process's calls of this feature; filled in by its owner. */
export const transferCalls = {} as const;
