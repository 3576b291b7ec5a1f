import { Checkbox, DataTable, Disclosure } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { figure, integer, share } from "../shared/numbers.js";
import { Choice } from "./choice.js";
import { type MapData, MapPicture } from "./map-picture.js";
import type { InspectorState, InspectorStore } from "./store.js";
import { TokenChip } from "./token-chip.js";
import { tokenName } from "./words.js";
import { WorkState } from "../shared/work-state.js";

export function MapSection({ state, store }: { readonly state: InspectorState; readonly store: InspectorStore }) {
  const { map, memory, pointed, at, timeline } = state;
  const step = at === null ? null : (timeline.value?.steps[at]?.step ?? null);
  return (
    <section aria-labelledby="map-heading">
      <h2 id="map-heading">{t("Map")}</h2>
      <div class="row controls">
        <Choice label={t("Projection")} value={memory.projection} onChange={(projection) => void store.loadMap({ projection })} options={[{ value: "pca", text: t("Principal components") }, { value: "umap", text: t("UMAP") }]} />
        <Choice
          label={t("Vectors")}
          value={memory.scaling}
          onChange={(scaling) => void store.loadMap({ scaling })}
          options={[{ value: "as-is", text: t("Vectors") , hint: t("Length and direction count") }, { value: "directions", text: t("Directions"), hint: t("Each vector divided by its length, so that only where it points counts") }]}
        />
        {map.value && map.value.trajectory.length > 1 && <Checkbox checked={memory.trajectory} onChange={(trajectory) => store.showTrajectory(trajectory)}>{t("Way through the training")}</Checkbox>}
      </div>
      <WorkState loading={map} label={memory.projection === "umap" ? t("Placing the points by UMAP") : t("Computing the principal components")} onCancel={() => store.cancel("map")} onRetry={() => void store.loadMap()} />
      {map.value && (
        <>
          <MapPicture map={map.value} trajectory={memory.trajectory} step={step} pointed={pointed} onPoint={(index) => store.point(index)} />
          <p id="map-said" class="said" aria-live="polite">{step !== null && map.value.steps.includes(step) && <>{t("At step {0}:", integer(step))} </>}{pointed === null ? whatIsShown(map.value) : <Pointed map={map.value} index={pointed} />}</p>
          <p id="map-help" class="quiet">{t("Drag to move, Ctrl and the wheel to zoom. Keyboard: arrows go from one virtual token to the next, Shift and arrows move, + and − zoom, 0 shows all.")}</p>
          <Disclosure title={t("The map as a table")}>{() => <MapTable map={map.value!} />}</Disclosure>
        </>
      )}
    </section>
  );
}

function whatIsShown({ projection, explained, tokens }: MapData): string {
  const alone = tokens.length === 0 ? ` ${t("Only the prompt's own vectors are shown: its backbone is not loaded.")}` : "";
  if (projection === "umap") return t("UMAP keeps neighbours together; how far groups are from each other, and the axes, mean nothing.") + alone;
  const [x, y] = explained ?? [0, 0];
  return t("The two directions in which these vectors differ most. They show {0} of the variance ({1} across, {2} up).", share(x + y, 0), share(x, 0), share(y, 0)) + alone;
}

function Pointed({ map, index }: { readonly map: MapData; readonly index: number }) {
  const near = map.tokens.filter(({ of }) => of.includes(index));
  return (
    <>
      <strong>{tokenName(index)}</strong>
      {near.length > 0 && <> {t("is near to")} {near.map(({ id, token }) => <TokenChip key={id} token={token} />)}</>}
    </>
  );
}

function MapTable({ map }: { readonly map: MapData }) {
  const rows = map.virtualTokens.map((place, index) => ({ index, place, near: map.tokens.filter(({ of }) => of.includes(index)) }));
  return (
    <DataTable
      caption={t("Places of the virtual tokens, and the tokens near to them")}
      rows={rows}
      rowKey={({ index }) => index}
      columns={[
        { key: "index", title: "#", number: true, cell: ({ index }) => index + 1, sort: ({ index }) => index },
        { key: "x", title: t("Across"), number: true, cell: ({ place }) => figure(place[0], 3), sort: ({ place }) => place[0] },
        { key: "y", title: t("Up"), number: true, cell: ({ place }) => figure(place[1], 3), sort: ({ place }) => place[1] },
        { key: "near", title: t("Near to"), cell: ({ near }) => <span class="chips">{near.map(({ id, token }) => <TokenChip key={id} token={token} />)}</span> },
      ]}
    />
  );
}
