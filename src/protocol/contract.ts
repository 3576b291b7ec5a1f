import type { z } from "zod";

/** Seconds a call may take before its caller gives up on it; "unlimited" only for calls that report progress and can be cancelled. */
export type Patience = number | "unlimited";

/** One call: what it takes, what it answers, and what it tells on the way. */
export interface CallType {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  readonly progress?: z.ZodType;
  readonly patience: Patience;
}

/** What one side of a channel answers (calls) and listens to (notices). */
export interface Contract {
  readonly calls: Readonly<Record<string, CallType>>;
  readonly notices: Readonly<Record<string, z.ZodType>>;
}

export type CallName<C extends Contract> = keyof C["calls"] & string;
export type NoticeName<C extends Contract> = keyof C["notices"] & string;
/** What the caller gives: defaults may be left out. */
export type ParamsGiven<C extends Contract, Name extends CallName<C>> = z.input<C["calls"][Name]["params"]>;
/** What the handler gets: defaults filled in. */
export type Params<C extends Contract, Name extends CallName<C>> = z.output<C["calls"][Name]["params"]>;
export type Result<C extends Contract, Name extends CallName<C>> = z.output<C["calls"][Name]["result"]>;
export type ProgressOf<C extends Contract, Name extends CallName<C>> = C["calls"][Name] extends { readonly progress: infer P extends z.ZodType } ? z.output<P> : never;
export type Notice<C extends Contract, Name extends NoticeName<C>> = z.output<C["notices"][Name]>;
