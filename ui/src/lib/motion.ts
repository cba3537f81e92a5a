// Where things are between two updates. Each thing glides from where it was drawn to where it was last reported.
import type { Positions, Tone } from "../types";

/** Turn from one heading to another the short way round; degrees in 0..360. */
export function turned(from: number, to: number, share: number): number {
  const way = ((((to - from) % 360) + 540) % 360) - 180;
  return (from + way * share + 360) % 360;
}

export interface Mover {
  id: string; kind: string; tone: Tone; age_s: number; estimated: boolean;
  lon: number; lat: number; heading: number;
  fromLon: number; fromLat: number; fromHeading: number; toLon: number; toLat: number; toHeading: number;
}

/** Beyond this a change of place is a correction, not a journey: drawn at once (degrees, about 3 km). */
export const JUMP = 0.03;

/** The movers after an update: those that stay keep their objects and glide on from where they are drawn. */
export function updated(old: Map<string, Mover>, seen: Positions): Map<string, Mover> {
  const next = new Map<string, Mover>();
  for (let i = 0; i < seen.id.length; i++) {
    const id = seen.id[i]!, lon = seen.lon[i]!, lat = seen.lat[i]!, heading = seen.heading[i]!;
    const facts = { id, kind: seen.kind[i]!, tone: seen.tone[i]!, age_s: seen.age_s[i]!, estimated: seen.estimated[i]! };
    const was = old.get(id);
    const jumps = !was || Math.abs(was.lon - lon) > JUMP || Math.abs(was.lat - lat) > JUMP;
    const from = jumps ? { lon, lat, heading } : was;
    next.set(id, {
      ...facts, lon: from.lon, lat: from.lat, heading: from.heading,
      fromLon: from.lon, fromLat: from.lat, fromHeading: from.heading,
      toLon: lon, toLat: lat, toHeading: heading,
    });
  }
  return next;
}

/** Moves all to `share` of the way (0 where they were, 1 where they were reported; held at 1). */
export function glide(movers: Iterable<Mover>, share: number): void {
  const s = Math.min(1, Math.max(0, share));
  for (const m of movers) {
    m.lon = m.fromLon + (m.toLon - m.fromLon) * s;
    m.lat = m.fromLat + (m.toLat - m.fromLat) * s;
    m.heading = turned(m.fromHeading, m.toHeading, Math.min(1, s * 3));
  }
}
