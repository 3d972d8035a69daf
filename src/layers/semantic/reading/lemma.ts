import type { Lexicon } from "../../../core/lexicon.ts";

/**
 * The base form of an English word by its ending, as far as the lexicon knows the base: of several (hop, hope) the
 * commoner one. A word whose ending only looks like one (news, string) stays.
 */
export function lemmaOf(word: string, lexicon: Lexicon): string {
  const special = irregular[word];
  if (special !== undefined) return special;
  if (word.length < 4) return word;
  if (word.endsWith("ing") && word.length > 5) return commonest(stems(word.slice(0, -3)), word, lexicon);
  if (word.endsWith("ed") && word.length > 4) return commonest(stems(word.slice(0, -2)), word, lexicon);
  return singularOf(word, lexicon) ?? word;
}

/** The singular of a regular plural (or the base of `makes`); `undefined` when `word` is none. */
export function singularOf(word: string, lexicon: Lexicon): string | undefined {
  if (!word.endsWith("s") || word.length < 4 || /(?:ss|us|is|as|'s)$/.test(word)) return undefined;
  const candidates: string[] = [];
  if (word.endsWith("ies") && word.length > 4) candidates.push(`${word.slice(0, -3)}y`, word.slice(0, -1));
  else if (/(?:s|x|z|ch|sh|o)es$/.test(word)) candidates.push(word.slice(0, -2), word.slice(0, -1));
  else candidates.push(word.slice(0, -1));
  const found = commonest(candidates, word, lexicon);
  return found === word ? undefined : found;
}

function stems(stem: string): string[] {
  const found = [stem, `${stem}e`];
  const last = stem.at(-1);
  if (last !== undefined && last === stem.at(-2)) found.push(stem.slice(0, -1));
  if (last === "i") found.push(`${stem.slice(0, -1)}y`);
  return found.filter((candidate) => candidate.length > 2 && /[aeiouy]/.test(candidate));
}

function commonest(candidates: readonly string[], word: string, lexicon: Lexicon): string {
  let best = word;
  let rarity = 1;
  for (const candidate of candidates) {
    const own = lexicon.rarity(candidate);
    if (own < rarity && lexicon.knows(candidate)) {
      best = candidate;
      rarity = own;
    }
  }
  return best;
}

const irregular: Readonly<Record<string, string>> = Object.assign(
  Object.create(null),
  Object.fromEntries(
    (
      "is:be are:be am:be was:be were:be been:be being:be has:have had:have having:have does:do did:do done:do " +
      "goes:go went:go gone:go made:make took:take taken:take got:get gotten:get gave:give given:give " +
      "came:come saw:see seen:see knew:know known:know thought:think told:tell said:say found:find " +
      "bought:buy brought:bring built:build sent:send kept:keep left:leave lost:lose paid:pay sold:sell " +
      "began:begin begun:begin ate:eat eaten:eat wrote:write written:write broke:break broken:break " +
      "chose:choose chosen:choose drove:drive driven:drive fell:fall fallen:fall grew:grow grown:grow " +
      "spoke:speak spoken:speak stole:steal stolen:steal wore:wear worn:wear won:win " +
      "men:man women:woman children:child feet:foot teeth:tooth mice:mouse geese:goose " +
      "lives:life wives:wife knives:knife leaves:leaf halves:half shelves:shelf wolves:wolf " +
      // No forms of another word, whatever their ending says.
      "news:news goods:goods always:always customs:customs arms:arms lens:lens series:series species:species " +
      "does:do us:us his:his hers:hers ours:ours yours:yours theirs:theirs perhaps:perhaps besides:besides " +
      "united:united hundred:hundred need:need seed:seed during:during nothing:nothing anything:anything " +
      "something:something everything:everything evening:evening morning:morning building:building meaning:meaning " +
      "wedding:wedding string:string spring:spring"
    )
      .split(" ")
      .map((pair) => pair.split(":") as [string, string]),
  ),
);
