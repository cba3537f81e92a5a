// Two days side by side: what changed, and whether that is good.
import type { MeasureShape } from "../types";
import { money } from "./format";

const FORMAT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** Units that stand behind their figure; those that are counted are told by the name of the measure. */
const SHORT: Record<string, string> = { km: " km", h: " h", hours: " h", g: " g", grams: " g" };

/** A figure in its unit; a dash where there was nothing to count. */
export function figure(m: MeasureShape, value: number, currency: string): string {
  if (value < 0) return "–";
  if (m.unit === "per mille") return `${FORMAT.format(value / 10)} %`;
  if (m.unit === "cents") return money(value, currency);
  return `${FORMAT.format(value)}${SHORT[m.unit] ?? ""}`;
}

/** The difference in words, and how it is to be seen. */
export function change(m: MeasureShape, currency: string): { words: string; tone: "good" | "bad" | "same" } {
  const by = m.fork - m.base;
  if (by === 0 || m.base < 0 || m.fork < 0) return { words: "same", tone: "same" };
  const tone = !m.better ? "same" : (by > 0) === (m.better === "more") ? "good" : "bad";
  const size = figure(m, Math.abs(by), currency).replace(" %", m.unit === "per mille" ? " points" : "");
  return { words: `${by > 0 ? "+" : "−"}${size}`, tone };
}

/** Lengths of the two bars, 0 to 1. */
export function bars(m: MeasureShape): [number, number] {
  const most = Math.max(m.base, m.fork, 1);
  return [Math.max(0, m.base) / most, Math.max(0, m.fork) / most];
}
