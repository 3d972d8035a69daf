/** Numbers as people read them: few digits, units that fit, and nothing where nothing is known. */

export const nothing = "–";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const tenth = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1, minimumFractionDigits: 1 });

export function count(value: number): string {
  return whole.format(value);
}

/** For axes and narrow places: 12.3K. */
export function shortCount(value: number): string {
  return Math.abs(value) < 1_000 ? String(Math.round(value * 100) / 100) : short.format(value);
}

/** Of a fraction; `undefined` where there is no whole. */
export function percent(part: number, all: number): string {
  if (all === 0) return nothing;
  const value = (part / all) * 100;
  return value > 0 && value < 0.1 ? "< 0.1 %" : `${tenth.format(value)} %`;
}

/** Of an exact decimal. Cents from a dollar on; below it, two digits that say something. */
export function money(usd: string | number): string {
  const value = Number(usd);
  if (!Number.isFinite(value)) return nothing;
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === 0) return "$0";
  if (size >= 100_000) return `${sign}$${short.format(size)}`;
  // What is rounded to a dollar has cents as well.
  if (size >= 0.995)
    return `${sign}$${size.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  if (size < 0.000_001) return `${sign}< $0.000001`;
  return `${sign}$${size.toLocaleString("en-US", { minimumSignificantDigits: 2, maximumSignificantDigits: 2 })}`;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return nothing;
  const size = Math.abs(ms);
  const sign = ms < 0 ? "−" : "";
  if (size === 0) return "0 ms";
  if (size < 1) return `${sign}${size.toFixed(2)} ms`;
  if (size < 10) return `${sign}${size.toFixed(1)} ms`;
  if (size < 1_000) return `${sign}${size.toFixed(0)} ms`;
  if (size < minuteMs) return `${sign}${(size / 1_000).toFixed(1)} s`;
  if (size < hourMs) return sign + pair(size, minuteMs, "min", 1_000, "s");
  if (size < dayMs) return sign + pair(size, hourMs, "h", minuteMs, "min");
  return sign + pair(size, dayMs, "d", hourMs, "h");
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return nothing;
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(value) / Math.log(1_000)));
  const scaled = value / 1_000 ** step;
  return `${step === 0 || scaled >= 100 ? scaled.toFixed(0) : scaled.toFixed(1)} ${units[step]}`;
}

/** Two units, the second only where it counts. */
function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const first = Math.floor(ms / large);
  const second = Math.floor((ms - first * large) / small);
  return second === 0 ? `${first} ${largeName}` : `${first} ${largeName} ${second} ${smallName}`;
}
