/** The browser that shows VS Code's page: one that is installed, else Debian's chromium where this user may install it. */
import os from "node:os";
import path from "node:path";
import { findOnPath, installDebianPackage, isProgram, mayInstall } from "./debian.mjs";

const onPath = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable", "msedge"];

/** The file of an installed Chrome, Chromium or Edge, or undefined. PTUNE_TEST_BROWSER names one. */
export function findBrowser() {
  const named = process.env.PTUNE_TEST_BROWSER;
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`PTUNE_TEST_BROWSER names "${named}", which is not a program. Name the file of a Chrome, Chromium or Edge, or unset it.`);
  }
  return onPath.map(findOnPath).find(Boolean) ?? usualPlaces().find(isProgram);
}

function usualPlaces() {
  if (process.platform === "darwin") {
    const apps = ["Google Chrome", "Chromium", "Microsoft Edge"];
    return ["/Applications", path.join(os.homedir(), "Applications")].flatMap((folder) => apps.map((app) => path.join(folder, `${app}.app`, "Contents", "MacOS", app)));
  }
  if (process.platform === "win32") {
    const roots = [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA].filter(Boolean);
    const programs = ["Google\\Chrome\\Application\\chrome.exe", "Chromium\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"];
    return roots.flatMap((folder) => programs.map((program) => path.join(folder, program)));
  }
  return ["/opt/google/chrome/chrome", "/opt/microsoft/msedge/msedge", "/snap/bin/chromium", "/usr/lib/chromium/chromium"];
}

/** @throws Error with a sentence that says what to install. */
export function requireBrowser() {
  const found = findBrowser();
  if (found) return found;
  if (mayInstall() && installDebianPackage("chromium")) {
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Error(`No Chrome, Chromium or Edge was found, and one is needed to show VS Code's page. Install one (${howTo()}), or name its file with PTUNE_TEST_BROWSER.`);
}

function howTo() {
  if (process.platform === "darwin") return "for example: brew install --cask google-chrome";
  if (process.platform === "win32") return "for example: winget install Google.Chrome";
  return "on Debian or Ubuntu: sudo apt-get install chromium";
}
