// The search of the top bar: asks the server while typing, newest answer wins.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { stepped } from "../lib/rows";
import { words } from "../lib/format";
import { ApiError, get, withQuery } from "../net/api";
import { useKeys } from "../state/keyboard";
import { at, go } from "../state/view";
import type { Hit } from "../types";
import { Icon } from "./Icon";

const WAIT_MS = 120;

export function Search(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal("");
  const hits = useSignal<Hit[] | null>(null);
  const error = useSignal("");
  const chosen = useSignal(0);
  const open = useSignal(false);
  useKeys({ search: () => input.current?.focus() });
  useEffect(() => {
    const q = text.value.trim();
    if (!q) {
      hits.value = null;
      return undefined;
    }
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      get<Hit[] | { items: Hit[] }>(withQuery("search", { q, at: at.value }), stop.signal)
        .then((found) => {
          hits.value = Array.isArray(found) ? found : found.items;
          error.value = "";
          chosen.value = 0;
        })
        .catch((e: unknown) => {
          if (!stop.signal.aborted && e instanceof ApiError) error.value = e.message;
        });
    }, WAIT_MS);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [text.value]);

  const take = (hit: Hit | undefined): void => {
    if (!hit) {
      if (text.value.trim()) go(withQuery("/search", { q: text.value.trim() }));
    } else go(hit.to);
    open.value = false;
    input.current?.blur();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen.value = stepped(chosen.value, event.key === "ArrowDown" ? 1 : -1, hits.value?.length ?? 0);
    } else if (event.key === "Enter") take(hits.value?.[chosen.value]);
    else if (event.key === "Escape") {
      // not for the page: it would clear or leave while somebody only leaves the search
      event.stopPropagation();
      open.value = false;
      input.current?.blur();
    }
  };
  const shown = open.value && text.value.trim() !== "";
  return (
    <div class="search" onFocusOut={(e) => { if (!(e.currentTarget as HTMLElement).contains(e.relatedTarget as Node | null)) open.value = false; }}>
      <Icon name="search" size={16} />
      <input
        ref={input} type="search" value={text.value} placeholder="Search orders, packages, places" aria-label="Search orders, packages, places"
        role="combobox" list={undefined} aria-expanded={shown} aria-controls="hits" aria-autocomplete="list" autocomplete="off" spellcheck={false}
        aria-activedescendant={shown && hits.value?.length ? `hit-${chosen.value}` : undefined}
        onInput={(e) => { text.value = e.currentTarget.value; open.value = true; }} onFocus={() => (open.value = true)} onKeyDown={key}
      />
      <kbd>/</kbd>
      {shown && (
        <div class="hits">
          <div id="hits" role="listbox" aria-label="Found">
            {hits.value?.map((hit, i) => (
              <div
                key={`${hit.kind}${hit.row}`} id={`hit-${i}`} role="option" aria-selected={i === chosen.value} tabIndex={-1}
                onMouseDown={(e) => { e.preventDefault(); take(hit); }} onMouseMove={() => (chosen.value = i)}
              >
                <span class="kind">{words(hit.kind)}</span><b>{hit.title}</b><span class="sub">{hit.sub}</span>
              </div>
            ))}
          </div>
          {error.value ? <p class="quiet">{error.value}</p>
            : hits.value === null ? <p class="quiet">Searching…</p>
              : hits.value.length === 0 && <p class="quiet">Nothing named “{text.value.trim()}”. Numbers, references, SSCCs, runs, vehicles and places can be found.</p>}
        </div>
      )}
    </div>
  );
}
