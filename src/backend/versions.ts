import { env } from "onnxruntime-node";

export { programVersion } from "./environment.js";

/** Of the native library. */
export const onnxruntimeVersion: string = env.versions.node ?? env.versions.common;
