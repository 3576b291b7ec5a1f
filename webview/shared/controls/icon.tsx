import type { JSX } from "preact";

/** Codicons that the pages use. */
export type IconName =
  | "beaker" | "check" | "chevron-down" | "chevron-left" | "chevron-right" | "circle-large" | "circle-slash" | "clock" | "close" | "cloud-download" | "comment-discussion" | "copy" | "debug-continue" | "debug-pause" | "debug-restart"
  | "debug-stop" | "diff" | "error" | "export" | "file" | "filter" | "folder-opened" | "git-compare" | "graph-line" | "info" | "link-external" | "loading" | "output" | "pass" | "pin" | "pinned" | "play" | "refresh" | "save" | "screen-full"
  | "search" | "send" | "settings" | "star-full" | "stop-circle" | "symbol-color" | "sync" | "trash" | "unlock" | "warning" | "zoom-in" | "zoom-out" | "debug-disconnect" | "add" | "remove" | "edit" | "target" | "lightbulb" | "arrow-up" | "arrow-down";

/** An icon beside words that say the same: hidden from screen readers. */
export function Icon({ name, spin = false, slot }: { readonly name: IconName; readonly spin?: boolean; readonly slot?: string }): JSX.Element {
  return <span class={`codicon codicon-${name}${spin ? " codicon-modifier-spin" : ""}`} aria-hidden="true" slot={slot} />;
}
