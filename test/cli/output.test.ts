import { describe, expect, it } from "vitest";
import { bytes, count, duration, elapsed, share } from "../../src/cli/output/numbers.js";
import { styleFor } from "../../src/cli/output/style.js";
import { cutToWidth, displayWidth, table } from "../../src/cli/output/table.js";
import { ProgressWriter, type OutputStream } from "../../src/cli/output/writer.js";

class Recorded implements OutputStream {
  text = "";
  constructor(
    readonly isTTY: boolean,
    readonly columns?: number,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

describe("figures", () => {
  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [98_362_432, "98.4 MB"],
    [999_960, "1.0 MB"],
    [123_456_789, "123 MB"],
    [5e12, "5.0 TB"],
  ])("%d bytes are %s", (value, text) => expect(bytes(value)).toBe(text));

  it.each([
    [0.4, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [185, "3 min 05 s"],
    [7440, "2 h 04 min"],
    [7199, "2 h 00 min"],
  ])("%d seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it("a short time keeps a decimal", () => {
    expect([elapsed(0.42), elapsed(9.94), elapsed(9.97), elapsed(185)]).toEqual(["0.4 s", "9.9 s", "10 s", "3 min 05 s"]);
  });

  it("a missing share is a dash", () => {
    expect([share(0.94), share(null), share(undefined), share(NaN)]).toEqual(["0.9400", "–", "–", "–"]);
    expect([count(1, "error"), count(2, "error"), count(1200, "row")]).toEqual(["1 error", "2 errors", "1,200 rows"]);
  });
});

describe("tables", () => {
  it("line up, also with wide characters", () => {
    const lines = table([{ title: "label" }, { title: "share", right: true }], [["spam", "0.5"], ["日本", "0.25"]], "");
    expect(lines).toEqual(["label  share", "─────  ─────", "spam     0.5", "日本    0.25"]);
    expect(new Set(lines.map(displayWidth))).toEqual(new Set([12]));
  });

  it("cut a text to a terminal's width", () => {
    expect(cutToWidth("abcdef", 4)).toBe("abc…");
    expect(cutToWidth("日本語", 4)).toBe("日…");
    expect(cutToWidth("abcd", 4)).toBe("abcd");
  });
});

describe("the changing line", () => {
  it("is never written without a terminal: no carriage return, no escape", () => {
    const stream = new Recorded(false);
    const writer = new ProgressWriter(stream);
    writer.show("working");
    writer.line("done");
    writer.clear();
    expect(stream.text).toBe("done\n");
  });

  it("is replaced in place, at most ten times a second, and gone before a line that stays", () => {
    let time = 0;
    const stream = new Recorded(true, 20);
    const writer = new ProgressWriter(stream, () => time);
    writer.show("first");
    time = 50;
    writer.show("too soon");
    time = 150;
    writer.show("a line that is longer than the terminal");
    writer.line("stays");
    writer.clear();
    expect(stream.text).toBe("\rfirst\u001b[K\ra line that is lon…\u001b[K\r\u001b[Kstays\n");
  });
});

describe("colours", () => {
  it("are for terminals only, and NO_COLOR turns them off", () => {
    expect(styleFor({ isTTY: true }, {}).bold("x")).toBe("\u001b[1mx\u001b[22m");
    expect(styleFor({ isTTY: true }, { NO_COLOR: "" }).bold("x")).toBe("\u001b[1mx\u001b[22m");
    for (const [stream, environment] of [[{ isTTY: false }, {}], [{}, {}], [{ isTTY: true }, { NO_COLOR: "1" }], [{ isTTY: true }, { TERM: "dumb" }]] as const)
      expect(styleFor(stream, environment).bad("x")).toBe("x");
  });
});
