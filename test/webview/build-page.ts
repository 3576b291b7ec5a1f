import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { pageBundle } from "../../scripts/lib/page-bundle.mjs";

export interface BuiltPage {
  readonly script: string;
  readonly styleSheet: string;
  /** Fonts by the name of their file. */
  readonly fonts: Readonly<Record<string, Buffer>>;
}

const built = new Map<string, Promise<BuiltPage>>();

/** Bundles a page as the product's build does, in memory, once a process. @throws Error with esbuild's own words. */
export function buildPage(name: string): Promise<BuiltPage> {
  const found = built.get(name) ?? bundlePage(name);
  built.set(name, found);
  return found;
}

async function bundlePage(name: string): Promise<BuiltPage> {
  const { outputFiles } = await build({ ...pageBundle([name]), absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)), bundle: true, outdir: "out/webview", write: false, sourcemap: "inline", logLevel: "warning" });
  const file = (extension: string): string => outputFiles.find((each) => each.path.endsWith(extension))?.text ?? "";
  const fonts = outputFiles.filter((each) => each.path.endsWith(".ttf")).map((each) => [path.basename(each.path), Buffer.from(each.contents)]);
  return { script: file(".js"), styleSheet: file(".css"), fonts: Object.fromEntries(fonts) as Record<string, Buffer> };
}
