import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";

/**
 * Little words of direction: `turn the lights on` and `turn the lights off`, `flights from Rome` and `flights to Rome`.
 * They are too common to be compared by themselves, so each is taken with its neighbours, the nearest content word
 * before it and behind it. Two texts say the opposite where the same word follows particles of opposite sides, or the
 * same word stands before them and no other words follow, and neither text has it both ways.
 */
const sides: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["on", "onto"], ["off"]],
  [
    ["in", "into", "inside"],
    ["out", "outside"],
  ],
  [["up"], ["down"]],
  [
    ["from", "off"],
    ["to", "into", "onto", "towards", "toward"],
  ],
  [
    ["over", "above", "on"],
    ["under", "below", "beneath", "underneath"],
  ],
  [["before"], ["after"]],
  [["for"], ["against"]],
];

/** After these verbs a particle names no direction: find out, figure out, look up. */
const idioms = new Set(
  (
    "find out,figure out,work out,point out,carry out,turn out,make out,come up,look up,make up,set up,end up,give up,pick up,clean up," +
    "follow up,back up,break up,bring up,grow up,fill in,fill out,try out,help out,result in,believe in,interested in,due to," +
    "need to,want to,have to,able to,like to,how to,way to,best to,used to,going to,go to,try to,supposed to,time to,safe to,possible to," +
    "better to,easy to,hard to,ok to,okay to,what to,where to,when to,get to,learn to,start to,allowed to"
  ).split(","),
);

/** Verbs whose meaning the particle right behind them turns around. */
const directedVerbs = new Set(
  (
    "zoom log turn switch check sign move go come get put take scroll swipe opt phase fade climb walk drive run push pull bring " +
    "plug clock cash let lock step jump scale ramp count roll size power boot send fly bid dress speed slow"
  ).split(" "),
);
/** "Move from Rome" and "move to Rome" differ in the place, not in the verb. */
const betweenPlaces = new Set(["from", "to", "into", "for", "before", "after"]);

export function haveOppositeParticles(asked: Reading, found: Reading): boolean {
  const ofAsked = particlesOf(asked);
  const ofFound = particlesOf(found);
  if (ofAsked.size === 0 || ofFound.size === 0) return false;
  for (const [neighbour, particles] of ofAsked) {
    const others = ofFound.get(neighbour);
    if (others === undefined) continue;
    for (const [one, other] of sides) {
      if (isOnly(particles, one, other) && isOnly(others, other, one)) return true;
      if (isOnly(particles, other, one) && isOnly(others, one, other)) return true;
    }
  }
  return false;
}

function isOnly(particles: ReadonlySet<string>, these: readonly string[], notThose: readonly string[]): boolean {
  return these.some((particle) => particles.has(particle)) && !notThose.some((particle) => particles.has(particle));
}

const particleWords = new Set(sides.flat(2));

/** From a content word, with the side it stands on, to the particles beside it. */
const particlesOf = once((reading: Reading): ReadonlyMap<string, ReadonlySet<string>> => {
  const neighbours = new Map<string, Set<string>>();
  const { tokens } = reading;
  tokens.forEach(({ spelled }, index) => {
    if (!particleWords.has(spelled)) return;
    const before = nearest(tokens, index, -1);
    const behind = nearest(tokens, index, 1);
    if (before !== undefined && idioms.has(`${before.lemma} ${spelled}`)) return;
    const keys = [behind === undefined ? `${before?.lemma} _` : `_ ${behind.lemma}`];
    const verb = tokens[index - 1];
    if (verb !== undefined && directedVerbs.has(verb.lemma) && !betweenPlaces.has(spelled))
      keys.push(`${verb.lemma} _`);
    for (const key of keys) {
      const known = neighbours.get(key);
      if (known === undefined) neighbours.set(key, new Set([spelled]));
      else known.add(spelled);
    }
  });
  return neighbours;
});

/** The nearest word that is neither grammar nor a particle, at most three words away. */
function nearest(tokens: readonly Token[], from: number, step: 1 | -1): Token | undefined {
  for (let distance = 1; distance <= 3; distance++) {
    const token = tokens[from + step * distance];
    if (token === undefined) return undefined;
    if (!token.isStop && !particleWords.has(token.spelled)) return token;
  }
  return undefined;
}
