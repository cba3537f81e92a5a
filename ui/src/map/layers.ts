// Our layers over whatever ground there is. Muted ground, loud things.
import type { LayerSpecification } from "maplibre-gl";

export interface Paints { zone: string; zoneLine: string; lane: string; ink: string; halo: string; accent: string; late: string; atRisk: string; onTime: string; silent: string; done: string }

const FONT = ["Inter Variable", "Inter", "sans-serif"];

export function ourLayers(p: Paints, ground: "plain" | "roads" | "network"): LayerSpecification[] {
  const byTone = ["match", ["get", "tone"], "late", p.late, "at_risk", p.atRisk, "silent", p.silent, "on_time", p.onTime, p.done];
  const own = [
    // the line lies under fills without gaps, so that circles that touch look like one piece of land
    { id: "dw-zone-lines", type: "line", source: "zones", paint: { "line-color": p.zoneLine, "line-width": ground === "roads" ? 1 : 3, "line-opacity": ground === "roads" ? 0.6 : 1 } },
    { id: "dw-zones", type: "fill", source: "zones", paint: { "fill-color": p.zone, "fill-antialias": false, "fill-opacity": ground === "roads" ? 0 : 1 } },
    { id: "dw-lanes", type: "line", source: "lanes", paint: { "line-color": p.lane, "line-width": 1, "line-dasharray": [2, 3] } },
    { id: "dw-cells", type: "fill", source: "cells", paint: { "fill-color": byTone, "fill-opacity": 0.42 } },
    { id: "dw-cell-lines", type: "line", source: "cells", paint: { "line-color": byTone, "line-width": 1 } },
    { id: "dw-cell-counts", type: "symbol", source: "cells", layout: { "text-field": ["to-string", ["get", "count"]], "text-font": FONT, "text-size": 11, "text-allow-overlap": false }, paint: siteInk(p) },
    { id: "dw-others", type: "line", source: "others", layout: { "line-join": "round" }, paint: { "line-color": p.ink, "line-width": 1, "line-opacity": 0.22 } },
    { id: "dw-route-done", type: "line", source: "route", filter: ["get", "done"], layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 2, "line-opacity": 0.3 } },
    { id: "dw-route", type: "line", source: "route", filter: ["!", ["get", "done"]], layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 2 } },
    { id: "dw-doors", type: "symbol", source: "doors", layout: { "icon-image": ["get", "icon"], "icon-size": ["interpolate", ["linear"], ["zoom"], 8, 0.6, 13, 1], "icon-allow-overlap": true, "icon-ignore-placement": true }, paint: { "icon-opacity": ["case", ["get", "done"], 0.45, 1] } },
    { id: "dw-pool", type: "circle", source: "pool", layout: { "circle-sort-key": ["case", ["any", ["get", "picked"], ["get", "here"]], 1, 0] }, paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, ["case", ["get", "here"], 7, ["get", "picked"], 3.4, 2.2], 13, ["case", ["get", "here"], 9, ["get", "picked"], 6, 4.5]],
      "circle-color": ["case", ["get", "picked"], p.accent, ["get", "waits"], p.halo, "transparent"],
      "circle-stroke-color": ["case", ["any", ["get", "picked"], ["get", "here"]], p.ink, byTone], "circle-stroke-width": ["case", ["get", "here"], 2.5, 1.5],
    } },
    { id: "dw-ways", type: "line", source: "ways", layout: { "line-join": "round" }, paint: { "line-color": p.accent, "line-width": 1.6, "line-dasharray": [3, 2] } },
    { id: "dw-moved", type: "circle", source: "moved", paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, ["match", ["get", "how"], "place", 2.2, 3.6], 13, ["match", ["get", "how"], "place", 4, 6.5]],
      "circle-color": ["match", ["get", "how"], "new", p.accent, "run", p.atRisk, "transparent"], "circle-stroke-color": ["match", ["get", "how"], "place", p.accent, p.ink], "circle-stroke-width": 1.5,
    } },
    { id: "dw-alerts", type: "circle", source: "alerts", paint: { "circle-radius": ["case", ["get", "chosen"], 15, 11], "circle-color": byTone, "circle-opacity": ["case", ["get", "chosen"], 0.28, 0.14], "circle-stroke-color": byTone, "circle-stroke-width": ["case", ["get", "chosen"], 2, 1] } },
    { id: "dw-sites", type: "symbol", source: "sites", filter: ["!=", ["get", "kind"], "locker"], layout: siteLayout(1, 12, 6), paint: siteInk(p) },
    { id: "dw-lockers", type: "symbol", source: "sites", minzoom: 10, filter: ["==", ["get", "kind"], "locker"], layout: siteLayout(0.75, 11, 12), paint: siteInk(p) },
  ] as LayerSpecification[];
  return ground === "network" ? own.filter((l) => !["dw-zones", "dw-zone-lines", "dw-lanes"].includes(l.id)) : own;
}

const siteInk = (p: Paints): object => ({ "text-color": p.ink, "text-halo-color": p.halo, "text-halo-width": 1.4 });

const siteLayout = (size: number, text: number, names_from: number): object => ({
  "icon-image": ["get", "icon"], "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true,
  "text-field": ["step", ["zoom"], "", names_from, ["get", "name"]], "text-font": FONT, "text-size": text,
  "text-anchor": "top", "text-offset": [0, 1.05], "text-optional": true, "text-max-width": 9,
});
