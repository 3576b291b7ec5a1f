import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findStrings } from "../../scripts/lib/find-strings.mjs";

const read = (file: string): Record<string, string> => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")) as Record<string, string>;
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();

describe("translations", () => {
  const { strings, problems } = findStrings();

  it("finds every string of the user interface as a plain string", () => {
    expect(problems).toEqual([]);
    expect(strings.size).toBeGreaterThan(50);
  });

  it("has each of them in Chinese, and no other", () => {
    expect(Object.keys(read("l10n/bundle.l10n.zh-cn.json")).sort()).toEqual([...strings.keys()].sort());
  });

  it("has each string of the manifest in Chinese, and no other", () => {
    expect(Object.keys(read("package.nls.zh-cn.json")).sort()).toEqual(Object.keys(read("package.nls.json")).sort());
  });

  it("uses every string of the manifest, and knows every one that is used", () => {
    const used = [...readFileSync(new URL("../../package.json", import.meta.url), "utf8").matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(Object.keys(read("package.nls.json")).sort());
  });

  it("keeps the placeholders of every string", () => {
    for (const [english, chinese] of Object.entries(read("l10n/bundle.l10n.zh-cn.json"))) {
      expect({ english, placeholders: placeholders(chinese) }).toEqual({ english, placeholders: placeholders(english) });
    }
  });

  it("is Chinese", () => {
    for (const file of ["l10n/bundle.l10n.zh-cn.json", "package.nls.zh-cn.json"]) {
      const translated = Object.values(read(file));
      const inChinese = translated.filter((text) => /\p{Script=Han}/u.test(text));
      expect(inChinese.length / translated.length).toBeGreaterThan(0.9);
    }
  });
});
