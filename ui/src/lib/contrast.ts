// Colours as numbers. Contrast of two colours by WCAG 2.2 (relative luminance, 1.4.3), and the reading of tokens.css.

export type Rgb = [number, number, number];

/** "#0b756a", or "#fff" as minifiers write it, to 0..255 each. */
export function rgb(hex: string): Rgb {
  const long = hex.length === 4 ? hex.slice(1).replace(/./g, "$&$&") : hex.slice(1);
  return [0, 2, 4].map((i) => parseInt(long.slice(i, i + 2), 16)) as Rgb;
}

/** "#rrggbb" to linear luminance, 0..1. */
export function luminance(hex: string): number {
  const part = (i: number): number => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

/** 1 (equal) to 21 (black on white). */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The colours of one theme of a token file, by name. */
export function theme(css: string, name: string): Record<string, string> {
  const block = css.match(new RegExp(`\\[data-theme="${name}"\\]\\s*{([^}]*)}`))?.[1] ?? "";
  return Object.fromEntries([...block.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
}
