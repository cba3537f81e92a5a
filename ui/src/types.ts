// Shapes of the API, written after src/doorward/runtime/look/shapes.py and shapes_pages.py (the contract; its
// docstrings say what each field means). Times are Unix seconds (-1 none), money cents, degrees WGS 84.

export type Tone = "on_time" | "at_risk" | "late" | "silent" | "done" | "none";

export interface SiteShape {
  site: number; name: string; kind: string; lat: number; lon: number;
  region: number; station: number; capacity: number;
}
export interface ZoneShape {
  zone: number; name: string; lat: number; lon: number; radius_m: number; station: number; rural: boolean;
}
export interface LaneShape { origin: number; dest: number; dist_m: number; departs_s: number[] }
export interface VehicleShape { vehicle: number; name: string; way: string; station: number; out: boolean }
export interface ServiceShape { service: number; name: string; way: string }
export interface NetworkShape {
  name: string; currency: string; utc_offset_s: number; bounds: [number, number, number, number];
  regions: string[]; sites: SiteShape[]; zones: ZoneShape[]; lanes: LaneShape[];
  vehicles: VehicleShape[]; services: ServiceShape[];
}

export interface ClockShape {
  mode: "twin" | "live"; now_s: number; speed: number; paused: boolean;
  behind_s: number; turn: number; wall_s: number; clock_s: number; next_s: number; start_s: number;
}

export interface CutoffShape { site: number; cutoff_s: number; packages: number; staged: number; slack_s: number }
export interface StageShape { stage: string; packages: number; at_risk: number; late: number }
export interface SiteLoad { site: number; packages: number; at_risk: number; late: number }
export interface Overview {
  turn: number; now_s: number; orders: number; units: number; orders_open: number; promised_today: number; kept_today: number;
  missed_today: number; on_time_pm: number; forecast_pm: number; at_risk: number; late: number;
  silent: number; unassigned: number; unassigned_today: number; blocks_open: number; vehicles_out: number; co2_g_package: number;
  cost_c_package: number; next_cutoff: CutoffShape | null; stages: StageShape[]; sites: SiteLoad[];
}

export interface RunBar {
  run: number; name: string; way: string; vehicle: number; station: number; status: string; tone: Tone;
  depart_s: number; back_s: number; left_s: number; ended_s: number; packages: number; delivered: number;
  failed: number; late: number; next_s: number; shift_s: number;
  plan_s: number[]; done_s: number[]; door_late: boolean[];
}
export interface Runs { turn: number; now_s: number; runs: RunBar[] }
export interface Door {
  seq: number; stops: number[]; packages: number[]; lat: number; lon: number; plan_s: number;
  service_s: number; leg_m: number; eta_lo_s: number; eta_hi_s: number; due_lo_s: number; due_s: number;
  done_s: number; outcome: string; tone: Tone; locked: boolean;
}
export interface RunDetail {
  turn: number; now_s: number; bar: RunBar; dist_m: number; cost_c: number; volume_ml: number;
  weight_g: number; room_ml: number; room_g: number; doors: Door[];
}
export interface Positions {
  turn: number; now_s: number; id: string[]; kind: string[]; lat: number[]; lon: number[];
  heading: number[]; tone: Tone[]; age_s: number[]; estimated: boolean[];
}
export interface Moved {
  turn: number; now_s: number; gone: number[]; lat: number[]; lon: number[]; turned: number[]; heading: number[];
  toned: number[]; tone: Tone[]; fresh: number[]; age_s: number[]; estimated: number[]; come: Positions;
}
export interface Action { command: string; label: string; rows: number[]; until_s: number }
export interface ExceptionShape {
  id: string; kind: string; tone: Tone; title: string; cause: string; about: string; row: number;
  site: number; lat: number; lon: number; packages: number[]; count: number; minutes: number;
  cost_c: number; since_s: number; actions: Action[]; put_off_s: number;
}
export interface Exceptions { turn: number; now_s: number; items: ExceptionShape[] }

export interface OrderRow {
  order: number; ref: string; status: string; tone: Tone; placed_s: number; due_lo_s: number;
  due_s: number; zone: string; packages: number; delivered: number; stage: string;
}
export interface OrderPage { turn: number; items: OrderRow[]; cursor: string }
export interface Moment { at_s: number; what: string; where: string; who: string; why: string; turn: number }
export interface LineShape {
  line: number; sku: number; item: string; units: number; status: string; fc: number; reason: string;
}
export interface PackageShape {
  package: number; sscc: string; order: number; status: string; tone: Tone; way: string; why_way: string;
  carrier: string; fc: number; station: number; run: number; seq: number; stops_before: number; box: string;
  weight_g: number; board_g: number; value_c: number; bill_c: number; co2_g: number; due_lo_s: number;
  due_s: number; eta_lo_s: number; eta_hi_s: number; eta_at_s: number; attempts: number; story: Moment[];
}
export interface OrderDetail {
  turn: number; now_s: number; row: OrderRow; lat: number; lon: number; access: string[]; speed: string;
  price_c: number; quantile_pm: number; lines: LineShape[]; packages: PackageShape[]; story: Moment[];
}
export interface Hit { kind: string; row: number; title: string; sub: string; to: string }

/** A package ready at a station that stands on no run. why: the newest remark; fits: what would make it fit. */
export interface Unassigned {
  package: number; order: number; station: number; way: string; lat: number; lon: number; due_lo_s: number;
  due_s: number; weight_g: number; volume_ml: number; tone: Tone; why: string; fits: string;
}
export interface Board { turn: number; now_s: number; station: number; unassigned: Unassigned[]; runs: RunDetail[] }

export interface CenterCutoff {
  cutoff_s: number; dest: number; packages: number; released: number; picked: number; packed: number;
  staged: number; slack_s: number; tone: Tone;
}
export interface CenterShape {
  turn: number; now_s: number; site: SiteShape; cutoffs: CenterCutoff[]; released: number; picked: number;
  packed: number; staged: number; picked_uph: number; pick_uph: number; packed_pph: number; pack_pph: number;
  hours_s: number[]; hours_units: number[]; robots: number; robots_down: number; stations: number; skus: number;
  on_hand: number; reserved: number; low: number; aisle_picks: number[]; standstill: string;
}
export interface StationShape {
  turn: number; now_s: number; site: SiteShape; inbound: number; ready: number; unassigned: number; out: number;
  delivered_today: number; failed_today: number; vehicles: number; vehicles_out: number; blocks: number;
  blocks_taken: number; standstill: string;
}
export interface Departure {
  trip: number; origin: number; dest: number; status: string; tone: Tone; depart_s: number; arrive_s: number;
  left_s: number; arrived_s: number; packages: number; waiting: number; fill_pm: number; cost_c: number;
  late_s: number; truck: string;
}
export interface Linehaul { turn: number; now_s: number; departures: Departure[] }

/** Something done to the twin. amount: rain in um an hour, orders in per mille; -1 none. */
export interface InjectionShape { kind: string; target: number; amount: number; from_s: number; until_s: number }

// What the board answers: src/doorward/lastmile/board/asked.py.
export interface Totals {
  doors: number; packages: number; dist_m: number; time_s: number; late_s: number; late_doors: number;
  co2_mg: number; cost_c: number; volume_ml: number; weight_g: number;
}
export interface Misfit {
  run: number; vehicle: number; block: number; limit: string; short: number; unit: string; package: number;
  start_s: number; soft: boolean; words: string;
}
export interface RunChange {
  run: number; into: number; vehicle: number; block: number; depart_s: number; back_s: number;
  before: Totals; after: Totals; visits: Visit[]; moved: number; broken: Misfit[];
}
export interface Visit { seq: number; packages: number[]; plan_s: number; service_s: number; late_s: number; locked: boolean }
export interface Shift { packages: number[]; run: number; place: number; to_run: number; to_place: number }
export interface Unserved { packages: number[]; limit: string; short: number; unit: string; vehicle: number; words: string }
/** A proposal (POST /board/optimise, GET /plans/{plan}). */
export interface Plan {
  proposal: number; station: number; state: "open" | "accepted" | "discarded" | "expired" | "stale"; at_s: number; expires_s: number;
  runs: RunChange[]; before: Totals; after: Totals; before_c: number; after_c: number; moved: Shift[]; assigned: number[];
  unassigned: Unserved[]; seed: number; iterations: number; seconds: number; weights: Record<string, number>; edit: number; why: string;
}
export interface Answer {
  edit: number; runs: RunChange[]; before: Totals; after: Totals; moved: number; pool: number[];
  fits: Misfit[]; proposal: number;
}

/** A shop whose order webhooks are taken (GET /connections). */
export interface Connection {
  connection: number; organisation: number; kind: string; label: string; prefix: string; speeds: Record<string, string>; path: string;
  made_s: number; keyed_s: number; ended_s: number; rejects: number;
}
export interface ConnectionPage { items: Connection[]; cursor: string }
export interface ConnectionMade { connection: number; path: string; secret: string }
export interface Reject {
  reject: number; ref: string; topic: string; at_s: number; times: number; done_s: number;
  errors: { detail: string; field: string; rule: string; remedy: string }[];
}

/** Who is signed in (GET /session). */
export interface Session {
  grant: number; organisation: number; organisation_name: string; kind: string; scopes: string[]; csrf: string;
  now_s: number; utc_offset_s: number; person: boolean; mode: string;
}
export interface Problem {
  type: string; title: string; status: number; detail: string; field?: string; rule?: string;
  remedy?: string; errors?: unknown[]; misfits?: Misfit[] | null;
}

/** How people sign in here; passkeys work at public_url and nowhere else. */
export interface Ways { public_url: string; providers: { name: string; label: string; path: string }[] }
export interface Passkey { passkey: number; name: string; made_s: number; used_s: number }

// Webhooks, after src/doorward/apps/api/hooking.py.
export interface Webhook {
  webhook: number; organisation: number; url: string; events: string[]; made_s: number; rotated_s: number;
  disabled_s: number; why: "" | "asked" | "gone"; waiting: number; delivered: number; dead: number;
}
export interface WebhookPage { items: Webhook[]; cursor: string; known: string[] }
export interface WebhookSecret { webhook: number; secret: string }
export interface HookAttempt { at_s: number; code: number; took_ms: number; note: string }
export interface HookDelivery {
  message: string; type: string; happened_s: number; status: "waiting" | "delivered" | "dead"; next_s: number;
  attempts: HookAttempt[]; body: { data: Record<string, unknown> };
}

export interface MeasureShape { name: string; words: string; unit: string; better: "more" | "less" | ""; base: number; fork: number }
export interface ForkShape {
  fork: number; name: string; turn: number; at_s: number; until_s: number; state: "running" | "done" | "failed";
  progress_pm: number; error: string; measures: MeasureShape[];
}
