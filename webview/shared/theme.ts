import { useEffect, useState } from "preact/hooks";
import { formatColor, over, parseColor, withAlpha, withContrast } from "./colors.js";

/** What is drawn on a canvas cannot use the theme's variables: they are read here, and again when the theme changes. */
export interface ThemeColors {
  readonly background: string;
  readonly foreground: string;
  /** Labels of axes. */
  readonly quiet: string;
  /** Lines of a grid. */
  readonly grid: string;
  readonly focus: string;
  /** Six colours that differ from each other and from the background. */
  readonly palette: readonly string[];
  /** The body of a small box over a chart. */
  readonly boxBackground: string;
  readonly boxForeground: string;
  readonly boxBorder: string;
  readonly fontFamily: string;
  readonly highContrast: boolean;
}

const charts = ["blue", "orange", "green", "red", "purple", "yellow"] as const;
/** Where a theme lacks one: Okabe and Ito's palette, which people of all kinds of colour vision can tell apart. */
const otherwise = ["#0072b2", "#d55e00", "#009e73", "#cc3311", "#cc79a7", "#b58900"];
/** A line is told from its background at 3 : 1 (WCAG 1.4.11). */
const leastContrast = 3;

export function readTheme(): ThemeColors {
  const style = getComputedStyle(document.documentElement);
  const read = (...names: readonly string[]): string => names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== "") ?? "";
  const highContrast = /\bvscode-high-contrast/.test(document.body.className);
  const background = read("editor-background") || (document.body.classList.contains("vscode-light") ? "#ffffff" : "#1f1f1f");
  const ground = parseColor(background) ?? { red: 255, green: 255, blue: 255, alpha: 1 };
  const visible = (color: string, least: number): string => {
    const parsed = parseColor(color);
    return parsed ? formatColor(withContrast(over(parsed, ground), ground, least)) : color;
  };
  const foreground = read("foreground", "editor-foreground") || "#808080";
  return {
    background,
    foreground,
    quiet: highContrast ? foreground : visible(read("descriptionForeground") || foreground, 4.5),
    grid: highContrast ? withAlpha(read("contrastBorder") || foreground, 0.4) : read("panel-border", "editorGroup-border", "charts-lines") || "#80808040",
    focus: read("focusBorder") || foreground,
    palette: charts.map((name, index) => visible(read(`charts-${name}`) || otherwise[index], highContrast ? 4.5 : leastContrast)),
    boxBackground: read("editorHoverWidget-background", "editorWidget-background") || background,
    boxForeground: read("editorHoverWidget-foreground", "editorWidget-foreground") || foreground,
    boxBorder: read("editorHoverWidget-border", "contrastBorder") || "#80808080",
    fontFamily: read("font-family") || "sans-serif",
    highContrast,
  };
}

/** Calls when VS Code has given the page another theme. Returns what ends it. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id", "data-vscode-theme-name"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  return () => observer.disconnect();
}

/** The theme's colours; the component is drawn again when they change. */
export function useTheme(): ThemeColors {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => onThemeChange(() => setTheme(readTheme())), []);
  return theme;
}

/** Whether the person wants no movement (VS Code's setting, or the system's). */
export function reducedMotion(): boolean {
  return document.body.classList.contains("vscode-reduce-motion") || matchMedia("(prefers-reduced-motion: reduce)").matches;
}

const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

/** How the n-th line of a chart looks: six colours, then the same colours dashed. */
export function lineStyle(theme: ThemeColors, index: number): { readonly color: string; readonly dash: readonly number[] } {
  return { color: theme.palette[index % theme.palette.length], dash: dashes[Math.floor(index / theme.palette.length) % dashes.length] };
}
