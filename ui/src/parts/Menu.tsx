// A menu that stands where it was asked for: everything that can be dragged can be done here too.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** needs: the right without which it cannot be taken; PLANS_WRITE unless said otherwise, empty none. */
export interface Item { label: string; key?: string; off?: string; danger?: boolean; needs?: string; run: () => void }

/** Arrow keys move, Enter takes, Escape and a press outside close. An item that cannot be taken says why. */
export function Menu({ x, y, title, items, close }: { x: number; y: number; title: string; items: readonly (Item | null)[]; close: () => void }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const was = useRef(document.activeElement as HTMLElement | null);
  useLayoutEffect(() => {
    const el = box.current!, size = el.getBoundingClientRect();
    el.style.left = `${Math.max(8, Math.min(x, window.innerWidth - size.width - 8))}px`;
    el.style.top = `${Math.max(8, y + size.height > window.innerHeight - 8 ? y - size.height - 4 : y)}px`;
    (el.querySelector("button:not([aria-disabled])") as HTMLElement | null)?.focus();
    return () => was.current?.isConnected && was.current.focus();
  }, []);
  useEffect(() => {
    const away = (e: PointerEvent): void => { if (!box.current?.contains(e.target as Node)) close(); };
    window.addEventListener("pointerdown", away, true);
    window.addEventListener("resize", close);
    return () => {
      window.removeEventListener("pointerdown", away, true);
      window.removeEventListener("resize", close);
    };
  }, []);
  const key = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const all = [...box.current!.querySelectorAll("button")];
    const now = all.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "ArrowDown" || event.key === "j") all[(now + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp" || event.key === "k") all[(now - 1 + all.length) % all.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else {
      const hit = items.find((i) => i?.key === event.key && !i.off);
      if (!hit) return;
      close();
      hit.run();
    }
    event.preventDefault();
  };
  return (
    <div class="menu" ref={box} role="menu" aria-label={title} onKeyDown={key}>
      <p>{title}</p>
      {items.map((item, i) => item === null ? <hr key={i} /> : (
        <button key={i} role="menuitem" class={item.danger ? "danger" : ""} aria-disabled={item.off ? true : undefined} title={item.off}
          onClick={() => { if (!item.off) { close(); item.run(); } }}>
          <span>{item.label}</span>{item.key && <kbd>{item.key}</kbd>}
        </button>
      ))}
    </div>
  );
}
