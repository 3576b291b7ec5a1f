/**
 * What README says of this program is a claim: a command that measures and judges. Each is a file
 * `bench/claims/NAME.ts` that exports `claim`; `npm run claim -- NAME [arguments]` runs it (scripts/claim.mjs).
 */
export interface Claim {
  /** The file's name without its ending. */
  readonly name: string;
  /** One line for the list: what holds, with the limit that decides. */
  readonly summary: string;
  /**
   * Prints its figures through `context.print` and judges them: whether the claim holds, or why it cannot be judged
   * here (no data, no Python). A thrown error is a failure.
   */
  run(context: ClaimContext): Promise<boolean | ClaimSkipped>;
}

/** The claim says nothing here; one sentence why. It counts neither as held nor as failed. */
export interface ClaimSkipped {
  readonly skipped: string;
}

export interface ClaimContext {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Absolute path of the data beside the repository (`../shared/data`), where it exists. */
  readonly sharedData?: string;
  /** What stood after the claim's name on the command line. */
  readonly arguments: readonly string[];
  /** One line of figures, to standard output. */
  print(line: string): void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
