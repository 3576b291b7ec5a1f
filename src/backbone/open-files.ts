import { type FileHandle, open } from "node:fs/promises";

/** The files that a model lies in, open for reading. */
export interface OpenFiles {
  readonly of: (file: string) => FileHandle;
  readonly close: () => Promise<void>;
}

/** Opens all or none. */
export async function openFiles(files: Iterable<string>): Promise<OpenFiles> {
  const handles = new Map<string, FileHandle>();
  const close = async (): Promise<void> => {
    for (const handle of handles.values()) await handle.close();
  };
  try {
    for (const file of files) handles.set(file, await open(file, "r"));
  } catch (error) {
    await close();
    throw error;
  }
  return { of: (file) => handles.get(file)!, close };
}
