// Which view is shown: the address and nothing else.
import { computed, signal } from "@preact/signals";
import { changed, formatAddress, parseAddress, type Address } from "../lib/address";

export const view = signal<Address>(parseAddress(location.hash));
window.addEventListener("hashchange", () => (view.value = parseAddress(location.hash)));

/** The moment looked at, or undefined for now. */
export const at = computed<number | undefined>(() => {
  const raw = Number(view.value.query["at"]);
  return Number.isFinite(raw) && raw > 0 ? Math.floor(raw) : undefined;
});

/** Another page; the moment looked at stays. */
export function go(to: string): void {
  const next = parseAddress(to.startsWith("#") ? to : `#${to}`);
  if (at.value !== undefined && !("at" in next.query)) next.query["at"] = String(at.value);
  location.hash = formatAddress(next);
}

/** The address of another page at the moment looked at, for links. */
export function href(to: string): string {
  const next = parseAddress(`#${to}`);
  if (at.value !== undefined && !("at" in next.query)) next.query["at"] = String(at.value);
  return formatAddress(next);
}

/** The same page with some keys of the query changed, without a step in the history. */
export function tune(patch: Record<string, string | number | undefined>): void {
  const next = changed(view.value, patch);
  history.replaceState(null, "", formatAddress(next));
  view.value = next;
}
