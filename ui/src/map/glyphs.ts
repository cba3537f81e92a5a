// Glyphs of the map, drawn once on a canvas at twice their size: sites by kind, doors, alerts, vehicles.

const RATIO = 2;

type Draw = (c: CanvasRenderingContext2D, s: number) => void;

function drawn(size: number, draw: Draw): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const c = canvas.getContext("2d", { willReadFrequently: true })!;
  c.scale(RATIO, RATIO);
  c.lineJoin = "round";
  draw(c, size);
  return c.getImageData(0, 0, canvas.width, canvas.height);
}

export interface Inks { site: string; siteInk: string; halo: string; open: string; done: string; late: string; accent: string }

const polygon = (c: CanvasRenderingContext2D, points: [number, number][]): void => {
  c.beginPath();
  points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
  c.closePath();
};

const SHAPES: Record<string, (c: CanvasRenderingContext2D) => void> = {
  // square
  fc: (c) => { c.beginPath(); c.roundRect(4, 4, 16, 16, 2.5); },
  // hexagon
  sort: (c) => polygon(c, [...Array(6).keys()].map((i) => [12 + 9.5 * Math.sin((i * Math.PI) / 3), 12 - 9.5 * Math.cos((i * Math.PI) / 3)])),
  // house
  station: (c) => polygon(c, [[12, 3.5], [20.5, 10.5], [20.5, 20], [3.5, 20], [3.5, 10.5]]),
  // lattice
  locker: (c) => { c.beginPath(); c.roundRect(6, 5, 12, 14, 1.5); },
};

const DETAILS: Record<string, (c: CanvasRenderingContext2D) => void> = {
  fc: (c) => { c.moveTo(7.5, 16); c.lineTo(7.5, 10.5); c.lineTo(16.5, 10.5); c.lineTo(16.5, 16); c.moveTo(7.5, 13.3); c.lineTo(16.5, 13.3); },
  sort: (c) => { c.moveTo(8, 12); c.lineTo(16, 12); c.moveTo(13, 9); c.lineTo(16, 12); c.lineTo(13, 15); },
  station: (c) => { c.moveTo(9, 20); c.lineTo(9, 13.5); c.lineTo(15, 13.5); c.lineTo(15, 20); },
  locker: (c) => { c.moveTo(12, 5); c.lineTo(12, 19); c.moveTo(6, 9.7); c.lineTo(18, 9.7); c.moveTo(6, 14.3); c.lineTo(18, 14.3); },
};

function site(kind: string, ink: Inks): ImageData {
  return drawn(24, (c) => {
    const outline = SHAPES[kind] ?? SHAPES["station"]!;
    outline(c);
    c.lineWidth = 4;
    c.strokeStyle = ink.halo;
    c.stroke();
    c.fillStyle = ink.site;
    c.fill();
    c.beginPath();
    (DETAILS[kind] ?? DETAILS["station"]!)(c);
    c.lineWidth = 1.5;
    c.lineCap = "round";
    c.strokeStyle = ink.siteInk;
    c.stroke();
  });
}

const door = (fill: string, line: string, halo: string, diamond = false): ImageData =>
  drawn(12, (c, s) => {
    const m = s / 2;
    if (diamond) polygon(c, [[m, 0.8], [s - 0.8, m], [m, s - 0.8], [0.8, m]]);
    else { c.beginPath(); c.arc(m, m, 3.4, 0, 7); }
    c.lineWidth = 3;
    c.strokeStyle = halo;
    c.stroke();
    c.fillStyle = fill;
    c.fill();
    c.lineWidth = 1.4;
    c.strokeStyle = line;
    c.stroke();
  });

/** Every image that the style's own layers use, by name. */
export function images(ink: Inks): Record<string, ImageData> {
  return {
    "site-fc": site("fc", ink), "site-sort": site("sort", ink), "site-station": site("station", ink), "site-locker": site("locker", ink),
    "door-open": door(ink.halo, ink.accent, ink.halo), "door-done": door(ink.accent, ink.accent, ink.halo), "door-late": door(ink.late, ink.late, ink.halo, true),
  };
}

export const PIXELS = RATIO;
const CELL = 64;

/** One picture of all vehicle shapes, white on clear, to be tinted; where each stands in it. Arrows point north. */
export function vehicleAtlas(): { atlas: HTMLCanvasElement; mapping: Record<string, { x: number; y: number; width: number; height: number; mask: boolean }> } {
  const arrow = (w: number, nose: number, tail: number): [number, number][] => [[32, nose], [32 + w, 64 - tail], [32, 64 - tail - 9], [32 - w, 64 - tail]];
  const shapes: Record<string, [number, number][]> = {
    van: arrow(17, 8, 10),
    contractor: arrow(17, 8, 10),
    gig: arrow(14, 14, 14),
    truck: [[32, 3], [48, 22], [48, 60], [32, 53], [16, 60], [16, 22]],
    drone: [[32, 9], [39, 25], [55, 32], [39, 39], [32, 55], [25, 39], [9, 32], [25, 25]],
    robot: [[32, 14], [46, 28], [46, 50], [18, 50], [18, 28]],
    ring: [],
  };
  const names = Object.keys(shapes);
  const atlas = document.createElement("canvas");
  atlas.width = CELL * names.length;
  atlas.height = CELL;
  const c = atlas.getContext("2d")!;
  c.fillStyle = c.strokeStyle = "#fff";
  c.lineJoin = "round";
  const mapping: ReturnType<typeof vehicleAtlas>["mapping"] = {};
  names.forEach((name, i) => {
    c.save();
    c.translate(i * CELL, 0);
    if (name === "ring") {
      c.beginPath();
      c.arc(32, 32, 26, 0, 7);
      c.lineWidth = 5;
      c.stroke();
    } else {
      polygon(c, shapes[name]!);
      c.lineWidth = 4;
      c.fill();
      c.stroke();
    }
    c.restore();
    mapping[name] = { x: i * CELL, y: 0, width: CELL, height: CELL, mask: true };
  });
  return { atlas, mapping };
}
