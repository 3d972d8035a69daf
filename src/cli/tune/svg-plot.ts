import { type Picture, percent, topOf } from "./text-plot.ts";
import { thinned } from "./trade-off.ts";

/** The same picture as an SVG that needs nothing else, with the bounds of each share as a band. */

const size = { width: 720, height: 420, left: 70, right: 20, top: 40, bottom: 50 };
const mostPoints = 400;
const ticks = 5;

export function svgPlot(picture: Picture, title: string): string {
  const { allowed, best } = picture;
  const top = topOf(picture);
  const costs = thinned(
    picture.costs.filter(({ wrongPerHit }) => wrongPerHit <= top),
    mostPoints,
  );
  const farthest = Math.max(1e-9, ...costs.map(({ hitRate }) => hitRate));
  const across = size.width - size.left - size.right;
  const down = size.height - size.top - size.bottom;
  const x = (hitRate: number) => (size.left + (hitRate / farthest) * across).toFixed(1);
  const y = (share: number) => (size.top + (1 - Math.min(1, share / top)) * down).toFixed(1);
  const line = costs.map(({ hitRate, wrongPerHit }) => `${x(hitRate)},${y(wrongPerHit)}`);
  const band = [
    ...costs.map(({ hitRate, upper }) => `${x(hitRate)},${y(upper)}`),
    ...costs.toReversed().map(({ hitRate, lower }) => `${x(hitRate)},${y(lower)}`),
  ];
  const steps = Array.from({ length: ticks + 1 }, (_, step) => step / ticks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${size.left}" y="22" font-size="14">${escaped(title)}</text>`,
    ...steps.flatMap((step) => [
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y(step * top)}" y2="${y(step * top)}" stroke="#ddd"/>`,
      `<text x="${size.left - 8}" y="${y(step * top)}" dy="4" text-anchor="end">${percent(step * top)}</text>`,
      `<text x="${x(step * farthest)}" y="${size.height - size.bottom + 18}" text-anchor="middle">${percent(step * farthest)}</text>`,
    ]),
    `<text x="${size.left + across / 2}" y="${size.height - 12}" text-anchor="middle">hit rate</text>`,
    `<text transform="translate(16 ${size.top + down / 2}) rotate(-90)" text-anchor="middle">wrong hits</text>`,
    `<polygon points="${band.join(" ")}" fill="#2563eb" fill-opacity="0.15"/>`,
    `<polyline points="${line.join(" ")}" fill="none" stroke="#2563eb" stroke-width="2"/>`,
    `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y(allowed)}" y2="${y(allowed)}" stroke="#dc2626" stroke-dasharray="6 4"/>`,
    ...(best === undefined
      ? []
      : [`<circle cx="${x(best.hitRate)}" cy="${y(best.wrongPerHit)}" r="5" fill="#dc2626"/>`]),
    "</svg>",
    "",
  ].join("\n");
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
