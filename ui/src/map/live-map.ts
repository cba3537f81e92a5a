// The live map: MapLibre for what stands, deck.gl on a canvas of its own for what moves, so that gliding vehicles do not
// make the ground be drawn again.
import { MapboxOverlay } from "@deck.gl/mapbox";
import { IconLayer } from "@deck.gl/layers";
import * as gl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { FeatureCollection } from "geojson";
import { cells } from "../lib/cells";
import { rgb, type Rgb } from "../lib/contrast";
import { glide, updated, type Mover } from "../lib/motion";
import { planOf } from "../lib/plan";
import { toneOf } from "../lib/tone";
import { worn } from "../state/theme";
import type { Board, ExceptionShape, NetworkShape, Plan, Positions, RunDetail, Tone } from "../types";
import { images, PIXELS, vehicleAtlas } from "./glyphs";
import { EMPTY, lanesOf, othersOf, plain, poolOf, routeOf, sitesOf, SOURCES, zonesOf } from "./ground";
import { ourLayers } from "./layers";

gl.setWorkerUrl(workerUrl);

/** More things than this are drawn as cells at a far zoom; of four times as many a quarter is seen one zoom nearer. */
const ROUND_DEG = 0.09;
const CROWD = 400;
const FAR_ZOOM = 8.5;
const GLIDE_MS = 1000;
/** A frame that costs more than this (software rendering) ends gliding: things then step once an update. */
const DEAR_MS = 40;
const SIZES: Record<string, number> = { truck: 26, van: 21, contractor: 21, gig: 18, drone: 18, robot: 16 };
const { atlas, mapping } = vehicleAtlas();

export interface MapEvents { pick: (id: string) => void; site: (site: number) => void; hover: (text: { x: number; y: number; id: string } | null) => void;
  /** The board only: a package's place was pressed (with Ctrl, Cmd or Shift: added), or some were drawn round with Shift. */
  spot?: (packages: number[], add: boolean) => void;
}

type Ink = (name: string) => string;

export class LiveMap {
  private readonly map: gl.Map;
  private readonly overlay: MapboxOverlay;
  private movers = new Map<string, Mover>();
  private tint: Record<Tone, Rgb> = {} as Record<Tone, Rgb>;
  private halo: Rgb = [0, 0, 0];
  private data: Partial<Record<(typeof SOURCES)[number], FeatureCollection>> = {};
  private shows: (m: Mover) => boolean = () => true;
  private chosen = "";
  private updated_ms = 0;
  private dear = 0;
  private frame = 0;
  private base: gl.StyleSpecification | null = null;
  private gone = false;
  private readonly still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(box: HTMLElement, private readonly net: NetworkShape, private readonly ink: Ink, private readonly on: MapEvents) {
    this.map = new gl.Map({
      container: box, style: plain(ink("--map-land")), bounds: net.bounds, fitBoundsOptions: { padding: 40 },
      attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0, maxZoom: 18,
      transformRequest: (url) => ({ url: new URL(url, document.baseURI).href }),
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.getCanvas().setAttribute("aria-label", "Map of the network; the same things stand in the table (m)");
    this.overlay = new MapboxOverlay({ interleaved: false, layers: [], getCursor: ({ isHovering }) => (isHovering ? "pointer" : "grab") });
    this.map.addControl(this.overlay as unknown as gl.IControl);
    this.map.addControl(new gl.ScaleControl({ maxWidth: 90 }), "bottom-left");
    this.data = { zones: zonesOf(net), lanes: lanesOf(net), sites: sitesOf(net) };
    this.map.on("style.load", () => this.dress());
    this.map.on("zoomend", () => this.draw());
    this.map.on("click", "dw-sites", (e) => on.site(Number(e.features?.[0]?.properties["site"])));
    if (on.spot) this.listenToSpots(on.spot);
    this.readInks();
    void this.lookForBasemap();
  }

  private listenToSpots(spot: (packages: number[], add: boolean) => void): void {
    const map = this.map, layers = ["dw-pool", "dw-doors"];
    const found = (where: gl.PointLike | [gl.PointLike, gl.PointLike]): number[] =>
      [...new Set(map.queryRenderedFeatures(where, { layers: layers.filter((l) => map.getLayer(l)) }).map((f) => Number(f.properties["package"])))];
    map.on("click", (e) => {
      const { x, y } = e.point, hit = found([[x - 4, y - 4], [x + 4, y + 4]]);
      if (hit.length) spot(hit.slice(0, 1), e.originalEvent.ctrlKey || e.originalEvent.metaKey || e.originalEvent.shiftKey);
    });
    map.boxZoom.disable();
    map.on("mousedown", (e) => {
      if (!e.originalEvent.shiftKey) return;
      map.dragPan.disable();
      const box = document.createElement("div"), from = e.point;
      box.className = "lasso";
      map.getContainer().append(box);
      const move = ({ point }: gl.MapMouseEvent): void => {
        Object.assign(box.style, {
          left: `${Math.min(from.x, point.x)}px`, top: `${Math.min(from.y, point.y)}px`,
          width: `${Math.abs(point.x - from.x)}px`, height: `${Math.abs(point.y - from.y)}px`,
        });
      };
      const end = (up: MouseEvent): void => {
        const rect = map.getContainer().getBoundingClientRect(), x = up.clientX - rect.left, y = up.clientY - rect.top;
        map.off("mousemove", move);
        box.remove();
        map.dragPan.enable();
        if (Math.abs(x - from.x) + Math.abs(y - from.y) > 6) spot(found([[from.x, from.y], [x, y]]), true);
      };
      map.on("mousemove", move);
      window.addEventListener("mouseup", end, { once: true });
    });
  }

  /** The dispatcher's board: the chosen run loud, the others thin, what waits and what is selected as dots. */
  setBoard(board: Board, run: RunDetail | null, chosen: ReadonlySet<number>, cursor: number): void {
    this.setRun(run);
    this.put("others", othersOf(this.net, board.runs, run?.bar.run ?? -1));
    this.put("pool", poolOf(board.unassigned, board.runs, chosen, cursor));
  }

  /** A plan that is offered: the ways that it would make, and the doors that it moves. */
  setPlan(board: Board, plan: Plan | null): void {
    const { ways, moved } = planOf(this.net, board, plan);
    this.put("ways", ways);
    this.put("moved", moved);
  }

  /** Looks at all that a board has. */
  fitBoard(board: Board): void {
    const box = new gl.LngLatBounds(), home = this.net.sites.find((s) => s.site === board.station);
    const bare = board.runs.length + board.unassigned.length === 0 ? ROUND_DEG : 0; // then what lies around it is seen
    if (home) box.extend([home.lon - bare, home.lat - bare]).extend([home.lon + bare, home.lat + bare]);
    for (const d of board.runs.flatMap((r) => r.doors)) box.extend([d.lon, d.lat]);
    for (const u of board.unassigned) box.extend([u.lon, u.lat]);
    if (!box.isEmpty()) this.map.fitBounds(box, { padding: 32, maxZoom: 13, duration: 0 });
  }

  /** A ground of the server's, in the theme worn now; none: plain land. */
  private async lookForBasemap(): Promise<void> {
    const url = new URL(`api/v1/map/style.json?theme=${worn.value}`, document.baseURI);
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok || !answer.headers.get("content-type")?.includes("json") || this.gone) return;
    const first = this.base === null;
    this.base = (await answer.json()) as gl.StyleSpecification;
    if (this.gone) return;
    if (first) this.map.addControl(new gl.AttributionControl({ compact: true }), "bottom-right");
    this.map.setStyle(this.base, { diff: false });
  }

  private readInks(): void {
    for (const tone of ["on_time", "at_risk", "late", "silent", "done", "none"] as const) this.tint[tone] = rgb(this.ink(toneOf(tone).token));
    this.halo = rgb(this.ink("--map-halo"));
  }

  /** Takes the colours of the theme worn now. */
  restyle(): void {
    this.readInks();
    this.map.setStyle(plain(this.ink("--map-land")), { diff: false });
    if (this.base) void this.lookForBasemap();
    this.draw();
  }

  /** Puts our images, sources and layers on the ground. */
  private dress(): void {
    const ink = this.ink;
    const inks = { site: ink("--map-site"), siteInk: ink("--map-site-ink"), halo: ink("--map-halo"), open: ink("--ink"), done: ink("--done"), late: ink("--late"), accent: ink("--accent") };
    for (const [name, image] of Object.entries(images(inks))) {
      if (!this.map.hasImage(name)) this.map.addImage(name, image, { pixelRatio: PIXELS });
    }
    for (const name of SOURCES) {
      if (!this.map.getSource(name)) this.map.addSource(name, { type: "geojson", data: this.data[name] ?? EMPTY });
    }
    const paints = {
      zone: ink("--map-zone"), zoneLine: ink("--map-zone-line"), lane: ink("--map-lane"), ink: ink("--ink"), halo: ink("--map-halo"), accent: ink("--accent"),
      late: ink("--late"), atRisk: ink("--at-risk"), onTime: ink("--on-time"), silent: ink("--silent"), done: ink("--done"),
    };
    for (const layer of ourLayers(paints, groundOf(this.base))) if (!this.map.getLayer(layer.id)) this.map.addLayer(layer);
  }

  private put(name: (typeof SOURCES)[number], data: FeatureCollection): void {
    this.data[name] = data;
    (this.map.getSource(name) as gl.GeoJSONSource | undefined)?.setData(data);
  }

  setPositions(seen: Positions): void {
    this.movers = updated(this.movers, seen);
    this.updated_ms = performance.now();
    cancelAnimationFrame(this.frame);
    if (this.still || this.dear > 3 || this.movers.size === 0) {
      glide(this.movers.values(), 1);
      this.draw();
    } else this.step();
  }

  private step = (): void => {
    const start = performance.now();
    const share = (start - this.updated_ms) / GLIDE_MS;
    glide(this.movers.values(), share);
    this.draw();
    if (share < 1) {
      this.frame = requestAnimationFrame((at) => {
        this.dear = at - start > DEAR_MS ? this.dear + 1 : Math.max(0, this.dear - 0.25);
        if (this.dear > 3) glide(this.movers.values(), 1), this.draw();
        else this.step();
      });
    }
  };

  setShows(shows: (m: Mover) => boolean): void {
    this.shows = shows;
    this.draw();
  }

  setChosen(id: string): void {
    this.chosen = id;
    this.draw();
  }

  setRun(run: RunDetail | null): void {
    const { route, doors } = routeOf(this.net, run);
    this.put("route", route);
    this.put("doors", doors);
  }

  setAlerts(items: readonly ExceptionShape[], chosen: string): void {
    const features = items.filter((e) => e.lat !== 0 || e.lon !== 0).map((e) => ({
      type: "Feature" as const, properties: { tone: e.tone, chosen: e.id === chosen },
      geometry: { type: "Point" as const, coordinates: [e.lon, e.lat] },
    }));
    this.put("alerts", { type: "FeatureCollection", features });
  }

  flyTo(lon: number, lat: number): void {
    const target: gl.LngLatLike = [lon, lat];
    if (this.still) this.map.jumpTo({ center: target, zoom: Math.max(this.map.getZoom(), 10.5) });
    else this.map.easeTo({ center: target, zoom: Math.max(this.map.getZoom(), 10.5), duration: 450 });
  }

  fit(run?: RunDetail): void {
    const box = new gl.LngLatBounds();
    for (const d of run?.doors ?? []) box.extend([d.lon, d.lat]);
    this.map.fitBounds(box.isEmpty() ? this.net.bounds : box, { padding: 56, maxZoom: 13, duration: this.still ? 0 : 450 });
  }

  zoom(by: number): void {
    this.map.zoomTo(this.map.getZoom() + by, { duration: this.still ? 0 : 200 });
  }

  private draw(): void {
    if (this.gone) return;
    const shown = [...this.movers.values()].filter(this.shows);
    const crowd = shown.length > CROWD * 4 ** Math.max(0, this.map.getZoom() - FAR_ZOOM);
    this.drawCells(crowd ? shown : []);
    this.overlay.setProps({ layers: crowd ? [] : this.vehicleLayers(shown) });
  }

  private drawCells(shown: Mover[]): void {
    if (shown.length === 0 && this.data.cells === undefined) return;
    const size = 18 / 2 ** this.map.getZoom();
    const features = cells(shown, size).map((c) => ({
      type: "Feature" as const, properties: { tone: c.tone, count: c.count },
      geometry: { type: "Polygon" as const, coordinates: [c.ring] },
    }));
    this.put("cells", { type: "FeatureCollection", features });
    if (shown.length === 0) delete this.data.cells;
  }

  private vehicleLayers(shown: Mover[]): IconLayer<Mover>[] {
    const shared = { iconAtlas: atlas as unknown as string, iconMapping: mapping, billboard: false, sizeUnits: "pixels" as const, getPosition: (m: Mover): [number, number] => [m.lon, m.lat] };
    const icon = (m: Mover): string => (m.kind in mapping ? m.kind : "van");
    const near = Math.min(1, Math.max(0.72, 0.72 + (this.map.getZoom() - 8.5) * 0.1));
    const size = (m: Mover): number => (SIZES[m.kind] ?? 20) * near;
    const at = performance.now();
    const triggers = { getPosition: at, getAngle: at, getSize: near };
    const angle = (m: Mover): number => -m.heading;
    return [
      new IconLayer<Mover>({ ...shared, id: "halo", data: shown, getIcon: icon, getSize: (m) => size(m) * 1.32, getAngle: angle, getColor: [...this.halo, 235], updateTriggers: { ...triggers, getColor: this.halo } }),
      new IconLayer<Mover>({
        ...shared, id: "movers", data: shown, getIcon: icon, getSize: size, getAngle: angle, pickable: true,
        getColor: (m) => [...this.tint[m.tone], m.estimated ? 215 : 255], updateTriggers: { ...triggers, getColor: this.tint },
        onClick: (info) => { if (info.object) this.on.pick(info.object.id); return true; },
        onHover: (info) => { this.on.hover(info.object ? { x: info.x, y: info.y, id: info.object.id } : null); return true; },
      }),
      new IconLayer<Mover>({ ...shared, id: "chosen", data: shown.filter((m) => m.id === this.chosen), getIcon: () => "ring", getSize: 40, getColor: rgb(this.ink("--focus")), updateTriggers: triggers }),
    ];
  }

  mover(id: string): Mover | undefined {
    return this.movers.get(id);
  }

  resize(): void {
    this.map.resize();
  }

  close(): void {
    this.gone = true;
    cancelAnimationFrame(this.frame);
    this.map.remove();
  }
}

/** What the ground shows already: nothing, roads and water, or the network's own land and lanes. */
function groundOf(base: gl.StyleSpecification | null): "plain" | "roads" | "network" {
  if (!base) return "plain";
  return "served" in base.sources ? "network" : "roads";
}
