// Two days side by side: what changed, and whether that is good.
import type { MeasureShape } from "../types";

const FORMAT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** A figure in its unit; a dash where there was nothing to count. */
export function figure(m: MeasureShape, value: number): string {
  if (value < 0) return "–";
  if (m.unit === "per mille") return `${FORMAT.format(value / 10)} %`;
  if (m.unit === "cents") return (value / 100).toFixed(2);
  return FORMAT.format(value);
}

/** The difference in words, and how it is to be seen. */
export function change(m: MeasureShape): { words: string; tone: "good" | "bad" | "same" } {
  const by = m.fork - m.base;
  if (by === 0 || m.base < 0 || m.fork < 0) return { words: "same", tone: "same" };
  const tone = !m.better ? "same" : (by > 0) === (m.better === "more") ? "good" : "bad";
  const size = figure(m, Math.abs(by)).replace(" %", m.unit === "per mille" ? " points" : "");
  return { words: `${by > 0 ? "+" : "−"}${size}`, tone };
}

/** Lengths of the two bars, 0 to 1. */
export function bars(m: MeasureShape): [number, number] {
  const most = Math.max(m.base, m.fork, 1);
  return [Math.max(0, m.base) / most, Math.max(0, m.fork) / most];
}
