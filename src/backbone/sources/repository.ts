export type RepositoryType = "model" | "dataset";

/** A repository of the hub: owner/name. */
export interface Repository {
  readonly type: RepositoryType;
  readonly name: string;
}
