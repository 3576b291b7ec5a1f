import type { BuildOptions } from "esbuild";
export function pageNames(): string[];
export function pageBundle(names: readonly string[]): BuildOptions;
