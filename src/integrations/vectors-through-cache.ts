import type { Cache } from "../cache.ts";
import type { ValueOptions } from "../value-shelf.ts";
import type { ValueLookup } from "../values.ts";

/**
 * Vectors text by text: those that are kept, and one computation of all that are not, each text once. A vector is kept
 * only from a batch that has exactly one of equal length for each text, all of finite numbers.
 */
export async function vectorsThroughCache(
  cache: Cache,
  texts: readonly string[],
  optionsFor: (text: string) => ValueOptions & { readonly refresh?: boolean },
  embed: (texts: string[]) => PromiseLike<number[][]>,
): Promise<number[][]> {
  const lookups = new Map<string, Promise<ValueLookup<number[]>>>();
  for (const text of texts) if (!lookups.has(text)) lookups.set(text, cache.values.get<number[]>(optionsFor(text)));
  const vectors = new Map<string, readonly number[]>();
  const missing: { readonly text: string; readonly lookup: ValueLookup<number[]> }[] = [];
  for (const [text, looked] of lookups) {
    const lookup = await looked;
    if (lookup.found && optionsFor(text).refresh !== true) vectors.set(text, lookup.value);
    else missing.push({ text, lookup });
  }
  if (missing.length > 0) {
    const computed = await embed(missing.map(({ text }) => text));
    assertComplete(computed, missing.length);
    await Promise.all(
      missing.map(({ text, lookup }, index) => {
        const vector = computed[index] as number[];
        vectors.set(text, vector);
        return cache.values.set(optionsFor(text), vector, lookup.found ? undefined : lookup.since);
      }),
    );
  }
  return texts.map((text) => [...(vectors.get(text) as readonly number[])]);
}

function assertComplete(vectors: readonly (readonly number[])[], count: number): void {
  const length = vectors[0]?.length;
  if (vectors.length !== count || vectors.some((vector) => vector.length !== length || vector.length === 0))
    throw new Error(`The embedding model gave ${vectors.length} vectors for ${count} texts, or some of other lengths.`);
  if (!vectors.every((vector) => vector.every(Number.isFinite)))
    throw new Error("The embedding model gave a vector that is not of finite numbers.");
}
