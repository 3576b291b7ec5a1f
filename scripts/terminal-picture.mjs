/**
 * node scripts/terminal-picture.mjs OUTPUT.txt PICTURE.svg [COMMAND]: draws what a command really printed as a terminal
 * window. README's picture is made of the demo's own output:
 *   npm run --silent demo 2>&1 | tee out/demo.txt
 *   node scripts/terminal-picture.mjs out/demo.txt media/readme-demo.svg "npm run demo"
 */
import { readFileSync, writeFileSync } from "node:fs";

const [source, target, command = "npm run demo"] = process.argv.slice(2);
if (!source || !target) {
  console.error("Usage: node scripts/terminal-picture.mjs OUTPUT.txt PICTURE.svg [COMMAND]");
  process.exit(2);
}
const columns = 104;
const lineHeight = 18;
const characterWidth = 7.83;
const margin = 20;
const top = 52;

const printed = readFileSync(source, "utf8")
  .replace(/\u001b\[[\d;]*m/g, "")
  .trimEnd()
  .split("\n")
  .map((line) => line.trimEnd());
const lines = [`$ ${command}`, ...printed].flatMap(wrapped);
const width = Math.round(columns * characterWidth + 2 * margin);
const height = top + lines.length * lineHeight + margin;

const rows = lines.map((line, at) => `<text x="${margin}" y="${top + (at + 0.75) * lineHeight}"${style(line)} xml:space="preserve">${escaped(line)}</text>`);
writeFileSync(
  target,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="What ${escaped(command)} prints">
<style>text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d4d7dd; } .dim { fill: #8b919c; } .strong { fill: #ffffff; font-weight: 600; } .good { fill: #7ee08a; font-weight: 600; }</style>
<rect width="${width}" height="${height}" rx="10" fill="#1b1e24"/>
<circle cx="24" cy="22" r="6" fill="#ff5f57"/><circle cx="44" cy="22" r="6" fill="#febc2e"/><circle cx="64" cy="22" r="6" fill="#28c840"/>
${rows.join("\n")}
</svg>
`,
);
console.log(`${target}: ${lines.length} lines`);

/** Lines that are too long go on below, as a terminal shows them. */
function wrapped(line) {
  const parts = [];
  for (let rest = [...line]; parts.length === 0 || rest.length > 0; rest = rest.slice(columns)) parts.push(rest.slice(0, columns).join(""));
  return parts;
}

function style(line) {
  if (/^\$ /.test(line)) return ' class="strong"';
  if (/^ {2}soft prompt .*\d\.\d{4}/.test(line)) return ' class="good"';
  if (/^(On \d|Soft prompt:|Nearest token)/.test(line)) return ' class="strong"';
  return /^ {2}(Note|Warning):|\.\.\.$|^─|Looking up|Unpacking/.test(line) ? ' class="dim"' : "";
}

function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
