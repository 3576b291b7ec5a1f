import type { BuildOptions, BuildResult } from "esbuild";
export function bundle<Options extends BuildOptions>(options: Options): Promise<BuildResult<Options>>;
export function bundleOrExit<Options extends BuildOptions>(options: Options): Promise<BuildResult<Options>>;
export const commandLineBundle: BuildOptions;
