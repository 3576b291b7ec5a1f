/** What takes the space in a .vsix (a zip): compressed bytes, summed by part. */
import { promisify } from "node:util";
import yauzl from "yauzl";

const parts = [
  [/onnxruntime/, "ONNX Runtime (native code)"],
  [/media\/samples\//, "the sample's data"],
  [/out\/backend\.js$/, "backend process"],
  [/out\/extension\.js$/, "extension host"],
  [/out\/webview\//, "pages (webviews)"],
  [/media\//, "pictures and sample experiments"],
  [/./, "texts and the rest"],
];

/** @returns {Promise<Array<{ part: string, files: number, bytes: number, unpacked: number }>>} the largest first */
export async function archiveSizes(file) {
  const zip = await promisify(yauzl.open)(file, { lazyEntries: true });
  const sums = new Map();
  await new Promise((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", ({ fileName, compressedSize, uncompressedSize }) => {
      const [, part] = parts.find(([pattern]) => pattern.test(fileName));
      const sum = sums.get(part) ?? { part, files: 0, bytes: 0, unpacked: 0 };
      sums.set(part, { part, files: sum.files + 1, bytes: sum.bytes + compressedSize, unpacked: sum.unpacked + uncompressedSize });
      zip.readEntry();
    });
    zip.readEntry();
  });
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes);
}
