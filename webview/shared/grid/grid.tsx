import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { clampTop, type GridSize, isScaled, rowsInSight, topOfTrack, topToReveal, trackHeight, trackTop } from "./geometry.js";
import { type GridPlace, moveInGrid } from "./grid-keys.js";

export const gridRowHeight = 26;
const headHeight = 28;

export interface GridColumn {
  readonly key: string | number;
  readonly title: ComponentChildren;
  /** A CSS width. */
  readonly width: string;
  readonly number?: boolean;
}

export interface GridSetting {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  readonly rows: number;
  /** What the rows come from: where it is another one, the rows in sight are told again. */
  readonly source: unknown;
  /** The content of a cell; undefined while its row is on its way. */
  readonly cell: (row: number, column: number) => ComponentChildren | undefined;
  readonly active: GridPlace;
  readonly onActive: (place: GridPlace) => void;
  /** Enter or a double press on a row. */
  readonly onOpen: () => void;
  /** Told which rows are in sight, so that they can be fetched. */
  readonly onSight: (first: number, count: number) => void;
}

/**
 * A table of any number of rows, of which only those in sight are in the document. The scroll bar is the browser's own;
 * where all rows would be higher than it can lay out, the bar moves in proportion and the wheel still moves row by row.
 * The grid itself keeps the focus and names its active cell, so that scrolling never takes the focus away.
 */
export function Grid({ label, columns, rows, source, cell, active, onActive, onOpen, onSight }: GridSetting) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState(0);
  const [top, setTop] = useState(0);
  /** Where the scroll bar was put by us: its event is not the person's. */
  const placed = useRef(0);
  const size: GridSize = { rows, rowHeight: gridRowHeight, viewport };
  const shown = clampTop(size, top);
  const { first, count, cut } = rowsInSight(size, shown);

  useEffect(() => {
    const element = scroller.current!;
    const measure = (): void => setViewport(Math.max(0, element.clientHeight - headHeight));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => onSight(first, count), [first, count, source]);

  const scrollTo = (next: number): void => {
    const to = clampTop(size, next);
    setTop(to);
    const element = scroller.current!;
    element.scrollTop = trackTop(size, to);
    placed.current = element.scrollTop;
  };
  // An active row that was chosen by a key or from elsewhere comes into sight, with its column.
  useLayoutEffect(() => {
    if (viewport > 0 && rows > 0) scrollTo(topToReveal(size, shown, active.row));
    scroller.current?.querySelector("[role=row] > .active")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active.row, active.column, viewport === 0]);

  const onScroll = (): void => {
    const position = scroller.current!.scrollTop;
    if (Math.abs(position - placed.current) < 1) return;
    placed.current = position;
    setTop(topOfTrack(size, position));
  };
  const onWheel = (event: WheelEvent): void => {
    if (!isScaled(size) || event.deltaY === 0 || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    scrollTo(shown + event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? gridRowHeight : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? viewport : 1));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (rows === 0) return;
    if (event.key === "Enter") onOpen();
    const next = event.key === "Enter" ? active : moveInGrid(event.key, event.ctrlKey || event.metaKey, active, { rows, columns: columns.length, page: Math.max(1, Math.floor(viewport / gridRowHeight) - 1) });
    if (!next) return;
    event.preventDefault();
    onActive(next);
  };
  const template = columns.map(({ width }) => width).join(" ");
  const inSight = active.row >= first && active.row < first + count;
  return (
    <div
      ref={scroller}
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={columns.length}
      aria-activedescendant={inSight ? `${id}-${active.row}-${active.column}` : undefined}
      onScroll={onScroll}
      onWheel={onWheel}
      onKeyDown={onKeyDown}
      data-first={first}
      data-rows={rows}
    >
      <div class="grid-track" role="presentation" style={{ blockSize: `${trackHeight(size) + headHeight}px` }}>
        <div class="grid-window" role="presentation">
          <div class="grid-row grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            {columns.map(({ key, title, number }, at) => (
              <div key={key} role="columnheader" aria-colindex={at + 1} class={number ? "number" : undefined}>{title}</div>
            ))}
          </div>
          <div class="grid-body" role="presentation" style={{ blockSize: `${viewport}px` }}>
            <div role="presentation" style={{ transform: `translateY(${-cut}px)` }}>
              {Array.from({ length: count }, (_, at) => (
                <Row key={first + at} id={id} row={first + at} columns={columns} template={template} cell={cell} active={active.row === first + at ? active.column : undefined} onPress={(column) => onActive({ row: first + at, column })} onOpen={onOpen} />
              ))}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

interface RowSetting extends Pick<GridSetting, "columns" | "cell" | "onOpen"> {
  readonly id: string;
  readonly row: number;
  readonly template: string;
  readonly active: number | undefined;
  readonly onPress: (column: number) => void;
}

function Row({ id, row, columns, template, cell, active, onPress, onOpen }: RowSetting): JSX.Element {
  return (
    <div class={`grid-row${active === undefined ? "" : " chosen"}`} role="row" aria-rowindex={row + 2} aria-selected={active !== undefined} style={{ gridTemplateColumns: template, blockSize: `${gridRowHeight}px` }} onDblClick={onOpen}>
      {columns.map(({ key, number }, at) => (
        <div key={key} id={`${id}-${row}-${at}`} role="gridcell" aria-colindex={at + 1} class={[number && "number", active === at && "active"].filter(Boolean).join(" ") || undefined} onClick={() => onPress(at)}>
          {cell(row, at) ?? <span class="pending" aria-hidden="true" />}
        </div>
      ))}
    </div>
  );
}
