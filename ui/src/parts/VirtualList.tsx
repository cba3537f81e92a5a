// Rows of one height, of which only those in sight exist. Keyboard and screen readers see a list with its true length.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { inSight } from "../lib/rows";

interface Props<T> {
  items: readonly T[];
  rowHeight: number;
  id: (item: T) => string | number;
  row: (item: T, index: number) => ComponentChildren;
  label: string;
  /** Row that must be in sight, -1 none. */
  active?: number;
  onEnd?: () => void;
  onScroll?: (top: number, height: number) => void;
  class?: string;
  after?: ComponentChildren;
}

export function VirtualList<T>(props: Props<T>): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const { items, rowHeight, active = -1 } = props;

  const look = (): void => {
    const el = box.current;
    if (!el) return;
    setSeen((was) => (was.top === el.scrollTop && was.height === el.clientHeight ? was : { top: el.scrollTop, height: el.clientHeight }));
    props.onScroll?.(el.scrollTop, el.clientHeight);
  };
  useLayoutEffect(() => {
    look();
    const watch = new ResizeObserver(look);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const el = box.current;
    if (!el || active < 0) return;
    const top = active * rowHeight;
    if (top < el.scrollTop) el.scrollTop = top;
    else if (top + rowHeight > el.scrollTop + el.clientHeight) el.scrollTop = top + rowHeight - el.clientHeight;
  }, [active]);

  const { first, last } = inSight(seen.top, seen.height, rowHeight, items.length);
  useEffect(() => {
    if (last >= items.length - 10) props.onEnd?.();
  }, [last, items.length]);

  return (
    <div class={`rows ${props.class ?? ""}`} ref={box} onScroll={look} tabIndex={0} role="group" aria-label={props.label}>
      <div role="list" style={{ height: `${items.length * rowHeight}px`, position: "relative" }}>
        {items.slice(first, last).map((item, i) => (
          <div
            key={props.id(item)} role="listitem" aria-setsize={items.length} aria-posinset={first + i + 1}
            style={{ position: "absolute", top: `${(first + i) * rowHeight}px`, height: `${rowHeight}px`, left: "0", right: "0" }}
          >
            {props.row(item, first + i)}
          </div>
        ))}
      </div>
      {props.after}
    </div>
  );
}
