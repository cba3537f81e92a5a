// Hexagons for the far view: hundreds of dots become cells with a count and the gravest tone that is common there.
import type { Tone } from "../types";
import { worst } from "./tone";

export interface Cell { lon: number; lat: number; count: number; late: number; tone: Tone; ring: [number, number][] }

interface Dot { lon: number; lat: number; tone: Tone }

const mercY = (lat: number): number => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
const latOf = (y: number): number => (Math.atan(Math.exp(y)) * 360) / Math.PI - 90;

const FEW = 10;

/** Cells of `size_deg` degrees of longitude from centre to corner, pointy side up, in the map's own projection. */
export function cells(dots: Iterable<Dot>, size_deg: number): Cell[] {
  const size = (size_deg * Math.PI) / 180, root3 = Math.sqrt(3);
  const found = new Map<string, { q: number; r: number; tones: Tone[] }>();
  for (const dot of dots) {
    const x = (dot.lon * Math.PI) / 180, y = mercY(dot.lat);
    const [q, r] = rounded(((root3 / 3) * x - y / 3) / size, ((2 / 3) * y) / size);
    const key = `${q},${r}`;
    const cell = found.get(key) ?? { q, r, tones: [] };
    cell.tones.push(dot.tone);
    found.set(key, cell);
  }
  return [...found.values()].map(({ q, r, tones }) => {
    const x = size * (root3 * q + (root3 / 2) * r), y = size * 1.5 * r;
    const ring = [...Array(7).keys()].map((i): [number, number] => {
      const angle = ((60 * i - 30) * Math.PI) / 180;
      return [((x + size * Math.cos(angle)) * 180) / Math.PI, latOf(y + size * Math.sin(angle))];
    });
    const late = tones.filter((t) => t === "late").length;
    return { lon: (x * 180) / Math.PI, lat: latOf(y), count: tones.length, late, tone: worst(tones.length < FEW ? tones : common(tones)), ring };
  });
}

/** The tones that a tenth of a cell or more has: one late van among hundreds does not make a town late. */
function common(tones: readonly Tone[]): Tone[] {
  const count = new Map<Tone, number>();
  for (const tone of tones) count.set(tone, (count.get(tone) ?? 0) + 1);
  return [...count].filter(([, n]) => n * 10 >= tones.length).map(([tone]) => tone);
}

/** The nearest hexagon to fractional axial coordinates. */
function rounded(q: number, r: number): [number, number] {
  const s = -q - r;
  let [rq, rr] = [Math.round(q), Math.round(r)];
  const rs = Math.round(s);
  const [dq, dr, ds] = [Math.abs(rq - q), Math.abs(rr - r), Math.abs(rs - s)];
  if (dq > dr && dq > ds) rq = -rr - rs;
  else if (dr > ds) rr = -rq - rs;
  return [rq, rr];
}
