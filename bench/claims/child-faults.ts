import { RandomSource } from "../../src/common/random.js";
import { hanging, oneWriter, outOfMemory } from "../product/child-faults/broken-children.js";
import { flood } from "../product/child-faults/flood.js";
import { killChild } from "../product/child-faults/kill-child.js";
import { killHost } from "../product/child-faults/kill-host.js";
import { FaultPlace } from "../product/child-faults/place.js";
import type { Claim } from "./claim.js";

const times = 100;

export const claim: Claim = {
  name: "child-faults",
  summary: `The backend process or its host is killed (${times} times each), runs out of memory, hangs, floods: the host lives, shows it within 1 s (a hang after three missed heartbeats), the run can be resumed, no process is left behind after 2 s.`,
  async run({ root, print, signal, arguments: [count, given] }) {
    const rounds = Number(count ?? times);
    const seed = Number(given ?? Date.now() % 100_000);
    print(`Tiny model, moments drawn with seed ${seed} (arguments: how many times, seed).`);
    const place = await FaultPlace.open(root, print, signal);
    try {
      // The host's own measurements first, while this process is small.
      const results = [
        await flood(place, root),
        await killHost(place, root, rounds, RandomSource.derive(seed, "kill-host")),
        await killChild(place, rounds, RandomSource.derive(seed, "kill-child")),
        await outOfMemory(place, root, Math.ceil(rounds / 20)),
        await hanging(place, root, Math.ceil(rounds / 20)),
        await oneWriter(place, rounds),
      ];
      return results.every(Boolean) && !signal.aborted;
    } finally {
      place.dispose();
    }
  },
};
