import path from "node:path";
import { promptFaithfulness } from "../../backend/inspector/faithfulness.js";
import { promptImportance } from "../../backend/inspector/importance.js";
import { mapWithNeighbours } from "../../backend/inspector/map.js";
import { promptNeighbours } from "../../backend/inspector/neighbours.js";
import type { BorrowBackbone, InspectorOptions } from "../../backend/inspector/options.js";
import { promptTimeline } from "../../backend/inspector/timeline.js";
import type { SourceProgress } from "../../backbone/sources/source.js";
import type { InspectionProgress } from "../../protocol/backend/inspection.js";
import type { HandlerContext } from "../../protocol/peer.js";
import type { ProcessContext } from "../context.js";
import { borrowBackbone } from "../open-backbones.js";

/** The inspector's calls. Each reads the prompt anew: nothing is open between two calls but, for a minute, the backbone. */
export function registerInspection({ peer, settings }: ProcessContext, borrow: BorrowBackbone = borrowBackbone): void {
  const options = ({ path: place }: { readonly path: string }, { signal, progress }: HandlerContext<InspectionProgress>): InspectorOptions => ({
    borrow,
    signal,
    runsRoot: path.dirname(place),
    cache: settings().cache,
    onFetch: (fetching: SourceProgress) => progress({ fetching, done: 0 }),
  });
  const toldBy = ({ progress }: HandlerContext<InspectionProgress>) => (done: number, total: number) => progress({ done, total });

  peer.handle("inspection/neighbours", (params, context) => promptNeighbours(params, options(params, context)));
  peer.handle("inspection/timeline", (params, context) => promptTimeline(params, { ...options(params, context), onProgress: toldBy(context) }));
  peer.handle("inspection/map", (params, context) => mapWithNeighbours(params, { ...options(params, context), onProgress: toldBy(context) }));
  peer.handle("inspection/importance", (params, context) => promptImportance(params, { ...options(params, context), onProgress: context.progress }));
  peer.handle("inspection/faithfulness", (params, context) => promptFaithfulness(params, { ...options(params, context), onProgress: toldBy(context) }));
}
