import { type ChildProcess, fork, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { Lease } from "../../src/runs/lease.js";
import { findLease, type LeaseContent } from "../../src/runs/lease-file.js";
import { ownIdentity } from "../../src/runs/process-identity.js";
import { temporaryFolder } from "./support.js";

interface Answer {
  readonly ready?: true;
  readonly won?: boolean;
  readonly released?: true;
  readonly kind?: string;
  readonly text?: string;
}

async function startWorkers(count: number): Promise<ChildProcess[]> {
  const bundle = path.join(temporaryFolder(), "worker.cjs");
  await build({ entryPoints: [path.join(__dirname, "lease-worker.ts")], bundle: true, platform: "node", format: "cjs", outfile: bundle });
  const workers = Array.from({ length: count }, () => fork(bundle, { execArgv: [] }));
  onTestFinished(() => workers.forEach((worker) => worker.kill("SIGKILL")));
  await Promise.all(workers.map(answer));
  return workers;
}

const answer = (worker: ChildProcess): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("a worker ended"));
    worker.once("exit", ended);
    worker.once("message", (message) => {
      worker.off("exit", ended);
      resolve(message as Answer);
    });
  });

function ask(workers: readonly ChildProcess[], message: object): Promise<Answer[]> {
  const answers = workers.map(answer);
  for (const worker of workers) worker.send(message);
  return Promise.all(answers);
}

/** The identity of a process that has ended. */
async function deadIdentity(): Promise<LeaseContent> {
  const child = spawn(process.execPath, ["-e", ""]);
  const pid = child.pid!;
  await new Promise((resolve) => child.once("exit", resolve));
  return { ...ownIdentity(), nonce: "dead", pid, started: "1", acquired: "2026-01-01T00:00:00.000Z" };
}

const write = (file: string, content: Partial<LeaseContent> | string): void => writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));

async function kindOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
  } catch (error) {
    return (error as PromptTuningError).kind;
  }
  return undefined;
}

test("of 20 processes exactly one gets the lease, 1,000 tries, from every starting position", async () => {
  const workers = await startWorkers(20);
  const root = temporaryFolder();
  const dead = await deadIdentity();
  let tries = 0;
  let wins = 0;
  for (let round = 0; round < 50; round++) {
    const folder = path.join(root, String(round));
    mkdirSync(folder);
    const file = path.join(folder, "lease.json");
    if (round % 5 !== 0) write(file, { ...dead, nonce: `dead-${round}` });
    // A process was killed while it took the lease over; and one while it took that lock over.
    if (round % 5 >= 3) write(`${file}.takeover-dead-${round}`, { ...dead, nonce: `lock-${round}` });
    if (round % 5 === 4) write(`${file}.takeover-dead-${round}.takeover-lock-${round}`, { ...dead, nonce: `lock-lock-${round}` });
    const answers = await ask(workers, { take: file });
    const won = answers.filter((one) => one.won);
    tries += answers.length;
    wins += won.length;
    if (won.length !== 1) expect.fail(`round ${round}: ${won.length} winners; ${answers.map(({ text }) => text).join("; ")}`);
    expect(answers.filter((one) => !one.won).map(({ kind }) => kind)).toEqual(Array.from({ length: 19 }, () => "busy"));
    expect(workers.map(({ pid }) => pid)).toContain((JSON.parse(readFileSync(file, "utf8")) as LeaseContent).pid);
    expect(workers[answers.findIndex((one) => one.won)].pid).toBe((JSON.parse(readFileSync(file, "utf8")) as LeaseContent).pid);
    await ask(workers, { release: true });
    expect(readdirSync(folder)).toEqual([]);
  }
  console.log(`lease: ${tries} tries by 20 processes, ${wins} winners in 50 rounds`);
});

test("the lease of a killed process is free at once", async () => {
  const [worker, other] = await startWorkers(2);
  const file = path.join(temporaryFolder(), "lease.json");
  for (let round = 0; round < 2; round++) {
    expect(await ask([round === 0 ? worker : other], { take: file })).toEqual([{ won: true }]);
    if (round === 0) {
      const gone = new Promise((resolve) => worker.once("exit", resolve));
      worker.kill("SIGKILL");
      await gone;
    }
  }
});

test("who holds a lease, and since when it is believed gone", async () => {
  const file = path.join(temporaryFolder(), "lease.json");
  const own = ownIdentity();
  const dead = await deadIdentity();
  const living = { ...dead, pid: process.ppid };
  const elsewhere = { ...dead, host: "another-host", boot: "another" };
  const cases: [name: string, content: Partial<LeaseContent> | string, ageMinutes: number, expected: string][] = [
    ["a dead process", dead, 0, "abandoned"],
    ["a living process with another start", { ...living, started: "1" }, 0, "abandoned"],
    ["a living process whose start is not known, heard of lately", { ...living, started: null }, 0, "held"],
    ["a living process whose start is not known, silent", { ...living, started: null }, 6, "abandoned"],
    ["this machine before it was started again", { ...own, nonce: "n", acquired: "", boot: "an-older-boot" }, 0, "abandoned"],
    ["this process, but a lease it no longer knows", { ...own, nonce: "n", acquired: "" }, 0, "abandoned"],
    ["another host, heard of lately", elsewhere, 4, "held"],
    ["another host, silent", elsewhere, 6, "abandoned"],
    ["rubbish, just written", "{", 0, "in the making"],
    ["rubbish", "{", 1, "abandoned"],
    ["nothing, old", "", 1, "abandoned"],
    ["a process number that is no number", { ...dead, pid: -1 }, 1, "abandoned"],
  ];
  for (const [name, content, age, expected] of cases) {
    write(file, content);
    const time = Date.now() / 1000 - age * 60;
    utimesSync(file, time, time);
    expect(findLease(nodeFileSystem, file)?.state, name).toBe(expected);
    const taken = Lease.acquire(file, { patienceMilliseconds: 0 });
    if (expected === "abandoned") (await taken).release();
    else expect(await kindOf(taken), name).toBe("busy");
    expect(existsSync(file), name).toBe(expected !== "abandoned");
  }
});

test("the message names the process, its host, and what to do", async () => {
  const file = path.join(temporaryFolder(), "lease.json");
  write(file, { ...(await deadIdentity()), pid: 4242, host: "cluster-7 pid:[1]", acquired: "2026-01-01T00:00:00.000Z" });
  const error = await Lease.acquire(file).then(() => expect.fail("taken"), (thrown: PromptTuningError) => thrown);
  expect(error.describe()).toBe(
    'Another process holds this run. Process 4242 on cluster-7 has had it since 2026-01-01T00:00:00.000Z. Stop it there. If it is gone already, the run is free in 5 minutes, or as soon as you delete "lease.json".',
  );
});

test("a lease in the making for ever is waited for, then taken", async () => {
  const file = path.join(temporaryFolder(), "lease.json");
  write(file, "");
  const lease = await Lease.acquire(file);
  expect(lease.isHeld()).toBe(true);
  lease.release();
});

test("without hard links the lease is exclusive too", async () => {
  const file = path.join(temporaryFolder(), "lease.json");
  const fileSystem = { ...nodeFileSystem, link: () => { throw Object.assign(new Error("no links here"), { code: "ENOTSUP" }); } };
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => Lease.acquire(file, { fileSystem })));
  const won = results.filter((result) => result.status === "fulfilled");
  expect(won).toHaveLength(1);
  (won[0] as PromiseFulfilledResult<Lease>).value.release();
  write(file, await deadIdentity());
  const again = await Lease.acquire(file, { fileSystem });
  expect(again.isHeld()).toBe(true);
  again.release();
  expect(readdirSync(path.dirname(file))).toEqual([]);
});

test("a lease that was taken over is not touched or removed by its former holder", async () => {
  const file = path.join(temporaryFolder(), "lease.json");
  const lease = await Lease.acquire(file);
  nodeFileSystem.unlink(file);
  write(file, { ...(await deadIdentity()), nonce: "successor" });
  expect(lease.isHeld()).toBe(false);
  expect(() => lease.verify()).toThrow(PromptTuningError);
  lease.release();
  expect((JSON.parse(readFileSync(file, "utf8")) as LeaseContent).nonce).toBe("successor");
});
