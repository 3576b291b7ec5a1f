/** npm run translations: what is missing in the Chinese files, and what stands there without being used. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { findStrings } from "./lib/find-strings.mjs";
import { root } from "./lib/prepare.mjs";

const read = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));
const { strings, problems } = findStrings();
const compare = (wanted, found) => ({ missing: wanted.filter((key) => !(key in found)), unused: Object.keys(found).filter((key) => !wanted.includes(key)) });
const bundle = compare([...strings.keys()], read("l10n/bundle.l10n.zh-cn.json"));
const manifest = compare(Object.keys(read("package.nls.json")), read("package.nls.zh-cn.json"));
console.log(JSON.stringify({ strings: strings.size, problems, bundle, manifest }, null, 2));
process.exitCode = [problems, bundle.missing, bundle.unused, manifest.missing, manifest.unused].every((list) => list.length === 0) ? 0 : 1;
