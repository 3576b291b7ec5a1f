import { env } from "onnxruntime-node";
import packageFile from "../../package.json";

export const programVersion: string = packageFile.version;

/** Of the native library. */
export const onnxruntimeVersion: string = env.versions.node ?? env.versions.common;
