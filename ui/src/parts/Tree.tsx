// Rows of two heights of which only those in sight exist; else like VirtualList. The run that is scrolled through stays on top.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { between, offsetsOf, ownerAt, RUN_ROW, type Row } from "../lib/board";

interface Props { rows: readonly Row[]; row: (row: Row) => ComponentChildren; label: string; /** Key of the row that must be in sight. */ active: string }

export function Tree({ rows, row, label, active }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const offsets = useMemo(() => offsetsOf(rows), [rows]);
  const look = (): void => {
    const el = box.current;
    if (el) setSeen((was) => (was.top === el.scrollTop && was.height === el.clientHeight ? was : { top: el.scrollTop, height: el.clientHeight }));
  };
  useLayoutEffect(() => {
    look();
    const watch = new ResizeObserver(look);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const el = box.current, i = rows.findIndex((r) => r.key === active);
    if (!el || i < 0) return;
    const top = offsets[i]!, end = offsets[i + 1]!;
    const lid = rows[i]!.kind === "run" ? 0 : RUN_ROW;
    if (top < el.scrollTop + lid) el.scrollTop = top - lid;
    else if (end > el.scrollTop + el.clientHeight) el.scrollTop = end - el.clientHeight;
  }, [active]);
  const { first, last } = between(offsets, seen.top, seen.height);
  const owner = ownerAt(rows, offsets, seen.top);
  return (
    <div class="rows" ref={box} onScroll={look} tabIndex={0} role="group" aria-label={label}>
      {owner && <div class="stuck"><div style={{ height: `${RUN_ROW}px` }}>{row(owner)}</div></div>}
      <div role="list" style={{ height: `${offsets[rows.length]}px`, position: "relative" }}>
        {rows.slice(first, last).map((each, i) => (
          <div key={each.key} role="listitem" aria-setsize={rows.length} aria-posinset={first + i + 1}
            style={{ position: "absolute", top: `${offsets[first + i]}px`, height: `${offsets[first + i + 1]! - offsets[first + i]!}px`, left: "0", right: "0" }}>
            {row(each)}
          </div>
        ))}
      </div>
    </div>
  );
}
