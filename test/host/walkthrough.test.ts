import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const folder = path.resolve("media/walkthrough");
const pictures = readdirSync(folder);

it("there are pictures", () => expect(pictures.length).toBeGreaterThan(0));

// VS Code shows them under a policy that drops style attributes: shapes would all be black.
it.each(pictures)("%s is coloured by attributes, in the theme's colours", (name) => {
  const picture = readFileSync(path.join(folder, name), "utf8");
  expect(picture).not.toMatch(/\sstyle=|<style/);
  expect(picture).toContain('fill="var(--vscode-');
});
