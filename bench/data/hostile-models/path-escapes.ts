import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A model's folder with everything around it that a path could lead to, below an empty folder. @param ending of the data files, such as ".bin" */
export function escapeFolder(root: string, ending: string): string {
  const folder = join(root, "model");
  const name = (stem: string): string => `${stem}${ending}`;
  mkdirSync(join(folder, "inner"), { recursive: true });
  writeFileSync(join(folder, name("weights")), new Uint8Array(64));
  writeFileSync(join(folder, "inner", name("weights")), new Uint8Array(64));
  writeFileSync(join(root, name("secret")), new Uint8Array(64));
  symlinkSync(join(root, name("secret")), join(folder, name("link-out")));
  symlinkSync(root, join(folder, "link-folder"));
  symlinkSync("/dev/zero", join(folder, name("link-device")));
  symlinkSync(name("link-loop"), join(folder, name("link-loop")));
  symlinkSync(join(folder, "inner", name("weights")), join(folder, name("link-inner")));
  return folder;
}

/** Names that leave the model's folder, or could on some system, by kind; `ending` as above. */
export function pathEscapes(root: string, ending: string): Readonly<Record<string, string>> {
  const folder = join(root, "model");
  const kinds: Readonly<Record<string, string>> = {
    "parent folder": "../secret.bin",
    "parent folder, backslash": "..\\secret.bin",
    "two up": "../../etc/passwd",
    "up and down again": "../model/weights.bin",
    "through a folder": "inner/../../secret.bin",
    "into a folder": "inner/weights.bin",
    "into a folder, backslash": "inner\\weights.bin",
    "dot first": "./weights.bin",
    "dot first, backslash": ".\\weights.bin",
    "double slash": "inner//weights.bin",
    "absolute": join(root, "secret.bin"),
    "absolute, inside": join(folder, "weights.bin"),
    "system file": "/etc/passwd",
    "process file": "/proc/self/environ",
    "device": "/dev/zero",
    "descriptor": "/dev/fd/0",
    "drive": "C:\\Windows\\win.ini",
    "drive, slash": "C:/Windows/win.ini",
    "drive, relative": "C:secret.bin",
    "network share": "\\\\server\\share\\secret.bin",
    "network share, slash": "//server/share/secret.bin",
    "device namespace": "\\\\.\\PhysicalDrive0",
    "long path namespace": "\\\\?\\C:\\secret.bin",
    "alternate stream": "weights.bin:hidden",
    "web address": "https://example.org/weights.bin",
    "file address": "file:///etc/passwd",
    "home": "~/secret.bin",
    "empty": "",
    "this folder": ".",
    "the folder above": "..",
    "a folder": "inner",
    "NUL byte": "weights.bin\u0000.txt",
    "NUL byte before an escape": "\u0000../secret.bin",
    "line break": "weights.bin\n",
    "carriage return": "weights.bin\r",
    "reserved name CON": "CON",
    "reserved name with an ending": "nul.bin",
    "reserved name COM1": "com1",
    "reserved name LPT9": "LPT9.dat",
    "trailing dot": "weights.bin.",
    "trailing space": "weights.bin ",
    "three hundred letters": "w".repeat(300),
    "percent-encoded escape": "..%2Fsecret.bin",
    "slash of another script": "..\u2215secret.bin",
    "full-width dots": "\uff0e\uff0e/secret.bin",
    "link out of the folder": "link-out.bin",
    "through a linked folder": "link-folder/secret.bin",
    "link to a device": "link-device.bin",
    "link to itself": "link-loop.bin",
    "link into a folder below": "link-inner.bin",
    "no such file": "missing.bin",
  };
  return Object.fromEntries(Object.entries(kinds).map(([kind, name]) => [kind, name.replaceAll(/\.bin(?![a-z])/g, ending)]));
}
