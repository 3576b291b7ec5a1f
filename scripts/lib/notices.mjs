/** Licences of the npm packages that are part of the bundles, found through the bundles' source maps. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** @param {string[]} maps source maps (.js.map)
 *  @param {string[]} more folders of packages that are carried as they are */
export function thirdPartyNotices(maps, more) {
  const folders = new Set(more);
  for (const map of maps) {
    for (const source of JSON.parse(readFileSync(map, "utf8")).sources) {
      const file = path.resolve(path.dirname(map), source);
      const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file);
      if (match) folders.add(match[1]);
    }
  }
  const entries = [...folders].filter((folder) => existsSync(path.join(folder, "package.json"))).map(describe);
  entries.sort((a, b) => (a.title < b.title ? -1 : 1));
  const once = entries.filter(({ title }, i) => i === 0 || entries[i - 1].title !== title);
  return ["This extension holds code of these packages.", ...once.map(({ title, text }) => `\n${"-".repeat(80)}\n${title}\n\n${text}`)].join("\n");
}

function describe(folder) {
  const { name, version, license, homepage, repository } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying|notice)/i.test(one));
  const address = homepage ?? (typeof repository === "string" ? repository : repository?.url) ?? "";
  return { title: `${name} ${version} (${typeof license === "string" ? license : (license?.type ?? "see its files")})`, text: file ? readFileSync(path.join(folder, file), "utf8").trim() : `Licence as named above. ${address}`.trim() };
}
