import { describe, expect, it } from "vitest";
import { partProfileSchema, profileRows } from "../../../src/data/quality/profile-rows.js";
import type { OpenRows } from "../../../src/data/row-stream.js";
import { openShared, rowsOf, sharedData } from "../rows-of.js";

describe("the profile of a part", () => {
  it("tells columns, findings and lengths from one reading", async () => {
    let readings = 0;
    const open: OpenRows = (signal) => {
      readings++;
      return rowsOf(["text", "label", "id"], [["a b\u200bc", "x", "1"], ["write to me@example.org", "y", "2"], [null, "x", "3"], ["d e f g", "x"]])(signal);
    };
    const profile = await profileRows({ name: "train", open }, { texts: ["text"], countTokens: ([text]) => (text === "" ? 0 : text.split(" ").length), tokens: { limits: [3] } });
    partProfileSchema.parse(JSON.parse(JSON.stringify(profile)));
    expect(readings).toBe(1);
    expect(profile.columns.map(({ column, type, missing }) => [column, type, missing])).toEqual([["text", "text", 1], ["label", "category", 0], ["id", "integer", 1]]);
    expect(profile.suspicious.found.invisible.rows).toBe(1);
    expect(profile.personalData.found.email.rows).toBe(1);
    expect(profile.tokens).toMatchObject({ rows: 4, sampled: false, truncated: [{ limit: 3, count: 1, share: 0.25 }] });
  });

  it("counts rows before a column came as missing", async () => {
    const open: OpenRows = function* () {
      yield { columns: ["a"], rows: [["1"], ["2"]] };
      yield { columns: ["a", "b"], rows: [["3", "x"], ["4"]] };
    };
    const { columns, rows } = await profileRows({ name: "all", open });
    expect(rows).toBe(4);
    expect(columns.map(({ column, missing, rows: of }) => [column, missing, of])).toEqual([["a", 0, 4], ["b", 3, 4]]);
  });

  it("stops when told", async () => {
    await expect(profileRows({ name: "all", open: rowsOf(["a"], [["1"]]) }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
  });

  it.skipIf(!sharedData)("knows the columns of real sets (../shared/data)", async () => {
    const { columns, rows } = await profileRows({ name: "train", open: await openShared("banking77/train.tsv") }, { texts: ["text"] });
    expect(rows).toBe(10_003);
    expect(columns.map(({ column, type, distinct }) => [column, type, column === "label" ? distinct.count : distinct.exact])).toEqual([["label", "category", 77], ["text", "text", true]]);
  });
});
