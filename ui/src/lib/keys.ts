// The keyboard: one table of keys, and a pure step from key to command. `g` waits a second for its second letter.

export interface Binding { keys: string; command: string; says: string; group: "Go" | "List" | "Do" | "See" }

export const BINDINGS: Binding[] = [
  { keys: "/", command: "search", says: "Search orders, packages, places", group: "Go" },
  { keys: "g t", command: "go:/", says: "Tower", group: "Go" },
  { keys: "g o", command: "go:/orders", says: "Orders", group: "Go" },
  { keys: "g d", command: "go:/dispatch", says: "Dispatch", group: "Go" },
  { keys: "g c", command: "go:/centers", says: "Centers", group: "Go" },
  { keys: "g l", command: "go:/linehaul", says: "Linehaul", group: "Go" },
  { keys: "g w", command: "go:/twin", says: "Twin", group: "Go" },
  { keys: "g s", command: "go:/settings", says: "Settings", group: "Go" },
  { keys: "j", command: "next", says: "Next row", group: "List" },
  { keys: "k", command: "previous", says: "Previous row", group: "List" },
  { keys: "Enter", command: "open", says: "Open", group: "List" },
  { keys: "x", command: "select", says: "Select", group: "List" },
  { keys: "p", command: "pane", says: "From the pool to the runs, and back", group: "List" },
  { keys: "a", command: "act", says: "Assign, or take the suggested action", group: "Do" },
  { keys: "l", command: "lock", says: "Lock a stop in its place", group: "Do" },
  { keys: "o", command: "optimise", says: "Optimise what is selected", group: "Do" },
  { keys: "u", command: "undo", says: "Undo the last action", group: "Do" },
  { keys: "U", command: "redo", says: "Do again what was undone", group: "Do" },
  { keys: "m", command: "map", says: "Map or table", group: "See" },
  { keys: "[", command: "earlier", says: "15 minutes earlier", group: "See" },
  { keys: "]", command: "later", says: "15 minutes later", group: "See" },
  { keys: "n", command: "now", says: "Back to now", group: "See" },
  { keys: "t", command: "theme", says: "Dark or light", group: "See" },
  { keys: "?", command: "sheet", says: "This sheet", group: "See" },
  { keys: "Escape", command: "out", says: "Close, clear, out", group: "See" },
];

export interface Waiting { prefix: string; until_ms: number }
export const IDLE: Waiting = { prefix: "", until_ms: 0 };
export const PREFIX_MS = 1000;

const EXACT = new Map(BINDINGS.map((b) => [b.keys, b.command]));
const PREFIXES = new Set(BINDINGS.filter((b) => b.keys.includes(" ")).map((b) => b.keys.split(" ")[0]));

/** One key pressed: the command it means, if any, and what is waited for next. */
export function press(waiting: Waiting, key: string, at_ms: number): { waiting: Waiting; command: string | null } {
  if (waiting.prefix && at_ms <= waiting.until_ms) {
    const command = EXACT.get(`${waiting.prefix} ${key}`);
    if (command) return { waiting: IDLE, command };
  }
  if (PREFIXES.has(key)) return { waiting: { prefix: key, until_ms: at_ms + PREFIX_MS }, command: null };
  return { waiting: IDLE, command: EXACT.get(key) ?? null };
}

/** Whether a key belongs to a field that is being typed in, so that no shortcut may take it. */
export function typing(tag: string, type: string, editable: boolean): boolean {
  if (editable || tag === "TEXTAREA" || tag === "SELECT") return true;
  return tag === "INPUT" && !["checkbox", "radio", "range", "button", "submit"].includes(type);
}
