// Numbers and times in words. Times are those of the network's place: its offset from UTC is given, the browser's
// zone plays no part.

const pad = (n: number): string => String(n).padStart(2, "0");
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const dayOf = (at_s: number, offset_s: number): number => Math.floor((at_s + offset_s) / 86400);
export const dayStart = (at_s: number, offset_s: number): number => dayOf(at_s, offset_s) * 86400 - offset_s;

/** 14:05, or 14:05:22 with seconds; a dash for -1. */
export function hm(at_s: number, offset_s: number, seconds = false): string {
  if (at_s < 0) return "–";
  const d = new Date((at_s + offset_s) * 1000);
  const short = `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}`;
  return seconds ? `${short}:${pad(d.getUTCSeconds())}` : short;
}

/** Thu 5 Mar. */
export function dayWord(at_s: number, offset_s: number): string {
  const d = new Date((at_s + offset_s) * 1000);
  return `${DAYS[d.getUTCDay()]} ${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`;
}

/** 14:05 today, Thu 14:05 within a week, Thu 5 Mar 14:05 else. */
export function near(at_s: number, now_s: number, offset_s: number): string {
  if (at_s < 0) return "–";
  const days = dayOf(at_s, offset_s) - dayOf(now_s, offset_s);
  if (days === 0) return hm(at_s, offset_s);
  if (Math.abs(days) < 7) return `${dayWord(at_s, offset_s).slice(0, 3)} ${hm(at_s, offset_s)}`;
  return `${dayWord(at_s, offset_s)} ${hm(at_s, offset_s)}`;
}

/** Thu 12:00-16:00, or with both days when the window crosses midnight. */
export function span(lo_s: number, hi_s: number, now_s: number, offset_s: number): string {
  if (hi_s < 0) return "–";
  if (lo_s < 0 || lo_s >= hi_s) return `by ${near(hi_s, now_s, offset_s)}`;
  if (dayOf(lo_s, offset_s) !== dayOf(hi_s - 1, offset_s)) return `by ${near(hi_s, now_s, offset_s)}`;
  return `${near(lo_s, now_s, offset_s)}–${hm(hi_s, offset_s)}`;
}

/** "in 12 min" within the hour, "in 3 h 20" beyond, "9 min ago" behind. */
export function relative(seconds: number): string {
  const words = lasting(Math.abs(seconds));
  return seconds >= 0 ? `in ${words}` : `${words} ago`;
}

/** 45 s, 12 min, 3 h 20 min, 2 d 4 h. */
export function lasting(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const m = Math.round(s / 60);
  if (m < 60) return `${m} min`;
  const h = Math.floor(m / 60);
  if (h < 24) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
  return h % 24 ? `${Math.floor(h / 24)} d ${h % 24} h` : `${h / 24} d`;
}

/** How long a day takes at a speed: "24 min a day". */
export const aDay = (speed: number): string => `${speed > 720 ? `${Math.round(86_400 / speed)} s` : lasting(86_400 / speed)} a day`;

/** The next time that a clock of the place shows this hour ("06:00"), after a moment. */
export function nextAt(text: string, now_s: number, offset_s: number): number {
  const [h, m] = text.split(":").map(Number);
  const at = dayStart(now_s, offset_s) + (h ?? 0) * 3600 + (m ?? 0) * 60;
  return at > now_s ? at : at + 86_400;
}

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
export const count = (n: number): string => whole.format(n);

/** 962 -> "96.2 %"; a dash for -1. */
export const permille = (pm: number): string => (pm < 0 ? "–" : `${(pm / 10).toFixed(1)} %`);

const SIGNS: Record<string, string> = { USD: "$", EUR: "€", GBP: "£" };

/** Cents to money; never rounded: $2.91. `round` for estimates: $84. */
export function money(cents: number, currency: string, round = false): string {
  const sign = SIGNS[currency] ?? `${currency} `;
  const minus = cents < 0 ? "−" : "";
  const value = Math.abs(cents) / 100;
  const digits = round && value >= 10 ? 0 : 2;
  return `${minus}${sign}${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** 412 g, 1.20 kg. */
export const grams = (g: number): string => (g < 0 ? "–" : g < 1000 ? `${g} g` : `${(g / 1000).toFixed(2)} kg`);

/** 840 m, 12.4 km. */
export const metres = (m: number): string => (m < 1000 ? `${m} m` : `${(m / 1000).toFixed(1)} km`);

/** 840 ml, 12.4 l. */
export const litres = (ml: number): string => (ml < 0 ? "–" : ml < 1000 ? `${ml} ml` : `${(ml / 1000).toFixed(1)} l`);

/** A difference with its sign, "±0" for none: the sign is a true minus. `say` tells its size. */
export const signed = (n: number, say: (size: number) => string): string => (n === 0 ? "±0" : `${n < 0 ? "−" : "+"}${say(Math.abs(n))}`);

/** 6:02 h, from seconds. */
export const hours = (seconds: number): string => {
  const m = Math.round(seconds / 60);
  return `${Math.floor(m / 60)}:${pad(m % 60)}`;
};

const plain = (word: string): string => word.replaceAll("_", " ").toLowerCase();

/** WILL_BE_LATE -> "Will be late". */
export const sentence = (word: string): string => plain(word).replace(/^./, (c) => c.toUpperCase());
export const words = plain;
