// Pages and the rights that each asks for; what somebody may not see stands not in the rail.

const RIGHTS: Record<string, readonly string[]> = {
  "/": ["NETWORK_READ", "RUNS_READ"],
  "/dispatch": ["RUNS_READ"],
  "/centers": ["NETWORK_READ"],
  "/linehaul": ["NETWORK_READ"],
  "/twin": ["NETWORK_READ"],
  "/orders": ["ORDERS_READ"],
  "/packages": ["ORDERS_READ"],
};

/** The page that an address belongs to: "/orders/12" to "/orders". */
export const placeOf = (path: string): string => `/${path.split("/")[1] ?? ""}`;

/** Scopes that a page cannot do without. */
export const rightsOf = (place: string): readonly string[] => RIGHTS[place] ?? [];
