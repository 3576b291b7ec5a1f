import { type OurWork, runOurContestant } from "../step/our-contestant.js";

/** A process of the claims about speed: `node step-contestant.cjs --work WORK`, where WORK is JSON. */
if (process.argv[2] === "--work") {
  runOurContestant(JSON.parse(process.argv[3]) as OurWork).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
