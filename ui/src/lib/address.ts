// The address holds the view: "#/orders?tone=late&at=1772537700". Hash, so that any static server will do and the
// tower can live beside /api, /t and /metrics.

export interface Address { path: string; query: Record<string, string> }

export function parseAddress(hash: string): Address {
  const raw = hash.replace(/^#/, "") || "/";
  const cut = raw.indexOf("?");
  const path = (cut < 0 ? raw : raw.slice(0, cut)) || "/";
  const query = cut < 0 ? {} : Object.fromEntries(new URLSearchParams(raw.slice(cut + 1)));
  return { path: path.length > 1 ? path.replace(/\/+$/, "") || "/" : path, query };
}

/** Keys in order of the alphabet, empty ones left out: equal views have equal addresses. */
export function formatAddress({ path, query }: Address): string {
  const kept = Object.entries(query).filter(([, v]) => v !== "").sort(([a], [b]) => (a < b ? -1 : 1));
  const tail = new URLSearchParams(kept).toString();
  return `#${path}${tail ? `?${tail}` : ""}`;
}

/** A view with some keys changed; undefined or "" takes a key away. */
export function changed(view: Address, patch: Record<string, string | number | undefined>): Address {
  const query = { ...view.query };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || value === "") delete query[key];
    else query[key] = String(value);
  }
  return { path: view.path, query };
}
