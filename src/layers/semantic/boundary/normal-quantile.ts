/**
 * The quantile of the standard normal distribution. The distribution function is summed as a Taylor series around zero
 * (G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11, 2004), which is exact to
 * about 1e-15 within eight deviations; the quantile is found by halving the interval. It is made for tables that are
 * computed once, not for the path of a call.
 */

const farthest = 8;
const halvings = 60;

/** The z below which the share `probability` lies; at most 8 away from 0. */
export function normalQuantile(probability: number): number {
  let low = -farthest;
  let high = farthest;
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (normalShareBelow(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShareBelow(z: number): number {
  let term = z;
  let sum = z;
  for (let divisor = 3, before = Number.NaN; sum !== before; divisor += 2) {
    before = sum;
    term *= (z * z) / divisor;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
