import type { Command } from "commander";
import type { CommandContext } from "./context.js";

/** Wires a command's work to the command line. */
export type ActionWiring = <Arguments extends unknown[]>(work: (context: CommandContext, ...given: Arguments) => Promise<number>) => (...given: [...Arguments, unknown, Command]) => Promise<void>;
