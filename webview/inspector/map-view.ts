/** How the map's plane lies on the screen: what is zoomed and moved. */
export interface MapView {
  /** Pixels to one unit of the plane. */
  readonly scale: number;
  /** The place of the plane that is at the picture's middle. */
  readonly centre: readonly [number, number];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}
export type Place = readonly [number, number];

/** Room for labels at the picture's edges, in pixels. */
const margin = 44;

/** All places in the picture, both axes with the same scale. */
export function fitted(places: readonly Place[], { width, height }: Size): MapView {
  if (places.length === 0) return { scale: 1, centre: [0, 0] };
  const low = [0, 1].map((axis) => places.reduce((least, place) => Math.min(least, place[axis]), Infinity));
  const high = [0, 1].map((axis) => places.reduce((most, place) => Math.max(most, place[axis]), -Infinity));
  const room = [Math.max(1, width - 2 * margin), Math.max(1, height - 2 * margin)];
  // What differs by rounding only is the same place.
  const dust = 1e-9 * Math.max(...[...low, ...high].map(Math.abs));
  const scales = [0, 1].map((axis) => (high[axis] - low[axis] > dust ? room[axis] / (high[axis] - low[axis]) : Infinity));
  const scale = Math.min(...scales);
  return { scale: Number.isFinite(scale) ? scale : 1, centre: [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2] };
}

/** Where a place is in the picture; up is up. */
export function onScreen([x, y]: Place, { scale, centre }: MapView, { width, height }: Size): Place {
  return [width / 2 + (x - centre[0]) * scale, height / 2 - (y - centre[1]) * scale];
}

/** Nearer by a factor, while what is at a point of the picture stays there. */
export function zoomed(view: MapView, factor: number, [px, py]: Place, { width, height }: Size): MapView {
  const place = [view.centre[0] + (px - width / 2) / view.scale, view.centre[1] - (py - height / 2) / view.scale];
  const scale = view.scale * factor;
  return { scale, centre: [place[0] - (px - width / 2) / scale, place[1] + (py - height / 2) / scale] };
}

/** Moved by pixels of the picture. */
export function moved(view: MapView, [dx, dy]: Place): MapView {
  return { ...view, centre: [view.centre[0] - dx / view.scale, view.centre[1] + dy / view.scale] };
}

export interface Label {
  readonly at: Place;
  /** Width of its text in pixels, about. */
  readonly width: number;
  /** Shown even where it covers another. */
  readonly must?: boolean;
}

const lineHeight = 14;

/** Which labels can stand without covering an earlier one or a point; in their order, the first ones win. */
export function readable(labels: readonly Label[], points: readonly Place[]): boolean[] {
  const taken: { left: number; right: number; top: number; bottom: number }[] = points.map(([x, y]) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  return labels.map(({ at: [x, y], width, must }) => {
    const box = { left: x, right: x + width, top: y - lineHeight / 2, bottom: y + lineHeight / 2 };
    const free = must || !taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
    if (free) taken.push(box);
    return free;
  });
}
