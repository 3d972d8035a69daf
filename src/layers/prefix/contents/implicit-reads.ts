import type { Usage } from "../../../core/recording.ts";
import { TokenMeasure } from "../breakpoints/token-measure.ts";

/**
 * What a provider's implicit cache reads for less by itself, as answers tell: of what prompts had in common with those before
 * them, the part that came from it. And how long their tokens are, and from how many on something is kept. By scope, such
 * as the model of an origin.
 */

interface Scope {
  /** Shorter prefixes are known not to be kept. */
  least: number;
  readonly measure: TokenMeasure;
  readonly shares: number[];
}

const mostScopes = 1_000;
/** Of late so many answers count. */
const mostShares = 16;
/** How much longer what is tried next must be: by length alone tokens are not known exactly. */
const margin = 1.1;

export class ImplicitReads {
  readonly #scopes = new Map<string, Scope>();

  tokens(scope: string, length: number): number {
    return this.#of(scope).measure.tokens(length);
  }

  /** From 0 to 1; 0 where nothing was told yet. */
  share(scope: string): number {
    const { shares } = this.#of(scope);
    return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  /** An answer to a prompt of `length` characters, of which `shared` were asked for shortly before, too. */
  told(scope: string, usage: Usage, length: number, shared: number): void {
    const { measure, shares } = this.#of(scope);
    measure.told(usage, length, undefined);
    const tokens = measure.tokens(shared);
    if (tokens < 1 || usage.cachedInputTokens > usage.inputTokens) return;
    shares.push(Math.min(1, usage.cachedInputTokens / tokens));
    if (shares.length > mostShares) shares.shift();
  }

  /** Tokens of the shortest prefix that is worth trying. */
  least(scope: string): number {
    return this.#of(scope).least;
  }

  /** The provider did not keep one of so many characters. */
  tooShort(scope: string, length: number): void {
    const known = this.#of(scope);
    known.least = Math.max(known.least, margin * known.measure.tokens(length));
  }

  #of(name: string): Scope {
    const scope = this.#scopes.get(name) ?? { least: 0, measure: new TokenMeasure(0), shares: [] };
    this.#scopes.delete(name);
    this.#scopes.set(name, scope);
    if (this.#scopes.size > mostScopes) this.#scopes.delete(this.#scopes.keys().next().value as string);
    return scope;
  }
}
