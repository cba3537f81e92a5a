// The ground under our things: a style built in code where no basemap was made, and the network's own geography.
import type { StyleSpecification } from "maplibre-gl";
import type { Feature, FeatureCollection } from "geojson";
import type { NetworkShape, RunDetail, Unassigned } from "../types";

export const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
export const SOURCES = ["zones", "lanes", "cells", "others", "route", "doors", "pool", "ways", "moved", "sites", "alerts"] as const;

/** Plain land; used until a basemap is there, and without one. */
export const plain = (land: string): StyleSpecification => ({
  version: 8,
  sources: {},
  layers: [{ id: "land", type: "background", paint: { "background-color": land } }],
});

/** A circle of `radius_m` round a place, as a ring. */
export function disc(lon: number, lat: number, radius_m: number, corners = 40): [number, number][] {
  const dy = radius_m / 111_320, dx = dy / Math.cos((lat * Math.PI) / 180);
  return [...Array(corners + 1).keys()].map((i) => {
    const a = (2 * Math.PI * i) / corners;
    return [lon + dx * Math.cos(a), lat + dy * Math.sin(a)];
  });
}

export function zonesOf(net: NetworkShape): FeatureCollection {
  const features = net.zones.map((z): Feature => ({
    type: "Feature", properties: { name: z.name, rural: z.rural },
    geometry: { type: "Polygon", coordinates: [disc(z.lon, z.lat, z.radius_m)] },
  }));
  return { type: "FeatureCollection", features };
}

export function lanesOf(net: NetworkShape): FeatureCollection {
  const seen = new Set<string>(), features: Feature[] = [];
  for (const lane of net.lanes) {
    const a = net.sites[lane.origin], b = net.sites[lane.dest];
    const key = [lane.origin, lane.dest].sort().join();
    if (!a || !b || seen.has(key)) continue;
    seen.add(key);
    features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [[a.lon, a.lat], [b.lon, b.lat]] } });
  }
  return { type: "FeatureCollection", features };
}

export function sitesOf(net: NetworkShape): FeatureCollection {
  const features = net.sites.map((s): Feature => ({
    type: "Feature", properties: { site: s.site, name: s.name, kind: s.kind, icon: `site-${s.kind}` },
    geometry: { type: "Point", coordinates: [s.lon, s.lat] },
  }));
  return { type: "FeatureCollection", features };
}

/** A run on the map: what is done and what is to come as lines, doors as points in order. */
export function routeOf(net: NetworkShape, run: RunDetail | null): { route: FeatureCollection; doors: FeatureCollection } {
  const home = run && net.sites.find((s) => s.site === run.bar.station);
  if (!run || !home) return { route: EMPTY, doors: EMPTY };
  const at = run.doors.map((d): [number, number] => [d.lon, d.lat]);
  // back at its station: the way home is behind it too
  const done = run.bar.ended_s >= 0 ? run.doors.length + 1 : run.doors.reduce((n, d, i) => (d.done_s >= 0 ? i + 1 : n), 0);
  const line = [[home.lon, home.lat] as [number, number], ...at, [home.lon, home.lat] as [number, number]];
  const legs: Feature[] = [
    { type: "Feature", properties: { done: true }, geometry: { type: "LineString", coordinates: line.slice(0, done + 1) } },
    { type: "Feature", properties: { done: false }, geometry: { type: "LineString", coordinates: line.slice(done) } },
  ];
  const doors = run.doors.map((d, i): Feature => ({
    type: "Feature",
    properties: { package: d.packages[0] ?? -1, icon: d.tone === "late" && d.done_s < 0 ? "door-late" : d.done_s >= 0 ? "door-done" : "door-open", seq: String(i + 1), done: d.done_s >= 0 },
    geometry: { type: "Point", coordinates: at[i]! },
  }));
  const long = legs.filter((f) => f.geometry.type === "LineString" && f.geometry.coordinates.length > 1);
  return { route: { type: "FeatureCollection", features: long }, doors: { type: "FeatureCollection", features: doors } };
}

/** The ways still to go of runs, for the board: all but the chosen one, thin. */
export function othersOf(net: NetworkShape, runs: readonly RunDetail[], chosen: number): FeatureCollection {
  const features = runs.filter((r) => r.bar.run !== chosen).map((run): Feature => {
    const home = net.sites.find((s) => s.site === run.bar.station)!, left = run.doors.filter((d) => d.done_s < 0).map((d) => [d.lon, d.lat]);
    return { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [[home.lon, home.lat], ...left, [home.lon, home.lat]] } };
  });
  return { type: "FeatureCollection", features };
}

/** What waits for a run, and what is selected wherever it stands. */
export function poolOf(pool: readonly Unassigned[], runs: readonly RunDetail[], chosen: ReadonlySet<number>, cursor: number): FeatureCollection {
  const dot = (n: number, lon: number, lat: number, tone: string, waits: boolean, packages: readonly number[]): Feature => ({
    type: "Feature", properties: { package: n, tone, waits, picked: packages.some((p) => chosen.has(p)), here: packages.includes(cursor) },
    geometry: { type: "Point", coordinates: [lon, lat] },
  });
  const waiting = pool.map((u) => dot(u.package, u.lon, u.lat, u.tone, true, [u.package]));
  const aboard = runs.flatMap((r) => r.doors.filter((d) => d.packages.some((p) => chosen.has(p) || p === cursor)).map((d) => dot(d.packages[0]!, d.lon, d.lat, d.tone, false, d.packages)));
  return { type: "FeatureCollection", features: [...waiting, ...aboard] };
}
