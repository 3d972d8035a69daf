import { expect, test } from "vitest";
import { guardSuite } from "../../../../test/contract/guard-suite.ts";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "../reading/align.ts";
import { readText } from "../reading/read-text.ts";
import { leftover, leftoverMass } from "./leftover.ts";

guardSuite(leftover, {
  traps: [
    // The last word is another.
    "How do I clean a leather sofa? | How do I clean a leather jacket?",
    "What is the height of the tower? | What is the height of the bridge?",
    "How do I train a puppy? | How do I train a parrot?",
    "Is this plant edible? | Is this plant medicinal?",
    "Is the director honest? | Is the director wealthy?",
    "How do I bake bread? | How do I bake cookies?",
    "What is the symptom of anemia? | What is the symptom of asthma?",
    "How do I file a lawsuit? | How do I file a patent?",
    "Where can I rent a boat? | Where can I rent a tent?",
    "Why do leaves fall? | Why do leaves glow?",
    "How do I draw a horse? | How do I draw a castle?",
    "How do I treat a burn? | How do I treat a sprain?",
    "What does the heart do? | What does the liver do?",
    "When should I prune roses? | When should I prune tomatoes?",
    "Which bank gives students a loan? | Which bank gives students a mortgage?",
    "How do I apply for a passport? | How do I apply for a scholarship?",
    "How do I parse XML? | How do I parse arguments?",
    // The same relation to another thing.
    "hotels in paris with a pool | hotels in london with a pool",
    "What is the population of sweden in total? | What is the population of norway in total?",
    "How do I fly from boston cheaply? | How do I fly from chicago cheaply?",
    "How do I pay for parking by phone? | How do I pay for lunch by phone?",
    "How do I sort a list by length in code? | How do I sort a list by date in code?",
    "Is yoga good for headaches in summer? | Is yoga good for arthritis in summer?",
    "Rules of chess in short | Rules of tennis in short",
    "The history of jazz, in brief | The history of opera, in brief",
    "A letter to a judge about rent | A letter to a doctor about rent",
    "How many calories are in rice when cooked? | How many calories are in pasta when cooked?",
    "How do I remove rust from steel safely? | How do I remove rust from aluminum safely?",
    "What is the function of enzymes in general? | What is the function of hormones in general?",
    // Nothing else is said.
    "What is inflation? | What is recession?",
    "What is a verb? | What is a noun?",
    "Define entropy | Define enthalpy",
    "how to swim | how to knit",
    "Explain gravity | Explain friction",
    "dog food | car wash",
    "What are taxes? | What are tariffs?",
    "Who is the president? | Who is the chancellor?",
    // A rare word on one side.
    "What is photosynthesis in plants? | What is in plants?",
    "How do I make a quiche? | How do I make a dish?",
    "Is a colonoscopy painful? | Is it painful?",
    "Which bread is best? | Which sourdough bread is best?",
    "How does a heat pump work? | How does a geothermal heat pump work?",
    "What does a lawyer cost? | What does a bankruptcy lawyer cost in litigation?",
    "What is the dose for cats? | What is the dose of meloxicam for cats?",
    "How do I plant a tree? | How do I plant a magnolia tree?",
    "Do I need insurance? | Do I need malpractice insurance?",
    "Side effects of a vaccine | Side effects of a pneumococcal vaccine",
    "What are the rules of grammar? | What are the rules of subjunctive grammar?",
    "How do I tie a knot? | How do I tie a bowline knot?",
    // Too much in all.
    "How do I fix a flat tire on a mountain bike at home? | How do I fix a bike?",
    "What is the cost of a wedding dinner with music and flowers? | What is the cost of a dinner?",
    "How do I write a cover letter for a marketing job at a large bank? | How do I write a letter?",
    "Which documents do I need to register a foreign company branch? | Which documents do I need?",
    "How do I grow lettuce on a shady north balcony in winter? | How do I grow plants?",
    "Why does my old laptop shut down during heavy video games? | Why does my laptop do that?",
    "Which shoes suit a wet forest trail race for heavy runners? | Which shoes are good?",
    "How do I teach a shy child to speak in front of the class? | How do I teach a child?",
    "How do I save money on groceries, rent and energy bills? | How do I save money?",
    "How do I cook fresh green beans with garlic and lemon? | How do I cook green beans?",
    "How do I back up photos from a broken phone screen? | How do I back up photos?",
    "Can a landlord raise the rent after a kitchen repair? | Can a landlord raise it?",
    "How do I hang a heavy mirror on a brick wall? | How do I hang it up?",
    "Write a speech for the retirement of a fire captain | Write a speech",
  ],
  benign: [
    "How do I reset my password? | How can I reset my password?",
    "What is the best way to learn chess? | How do I learn chess?",
    "What is a really good way to learn chess? | What is a great way to learn chess?",
    "What are some tips for better sleep? | What are tips for better sleep?",
    "Where can I buy a used car? | Where can I purchase a used car?",
    "How big is the sun? | How large is the sun?",
    "When did the war begin? | When did the war start?",
    "Is it really safe to eat raw eggs? | Is it safe to eat raw eggs?",
    "How exactly do vaccines work? | How do vaccines work?",
    "How can I make my own cheese? | How can I make cheese?",
    "What does the word irony mean? | What does irony mean?",
    "Tell me how to fold a shirt | How do I fold a shirt?",
    "How do I fix a leaking tap? | How do I repair a leaking tap?",
    "How do I take good photos at night? | How do I take good pictures at night?",
    "Which movie won? | Which film won?",
    "Please explain what a mutex is | What is a mutex?",
    "What is the meaning of justice? | What is justice?",
    "Give me an example of irony | What is an example of irony?",
    "What kind of wood is oak? | What type of wood is oak?",
    "How does the stock market actually work? | How does the stock market work?",
    "What's the easiest way to peel garlic? | What is the simplest way to peel garlic?",
    "How do people train for a marathon? | How does one train for a marathon?",
    "Do I need a permit for a fence? | Is a permit needed for a fence?",
    "What happens when ice melts? | What happens if ice melts?",
    "How do I get rid of moles in the garden? | How do I get rid of moles in my garden?",
    "Why is the sky blue? | Why is the sky so blue?",
    "What are the main causes of anemia? | What are the causes of anemia?",
    "How can I improve my handwriting? | How do I improve my handwriting?",
    "What is an appropriate gift for a host? | What is a good gift for a host?",
    "How do I use a comma properly? | How do I use a comma?",
    "how do i reset my pasword | How do I reset my password?",
    "Can you help me sort a list? | How do I sort a list?",
    "How do I quit a choir? | How can I stop a choir?",
    "The guide explains how sensors record the temperature of soil in large greenhouses and send it to a server each hour | The manual describes how sensors log the temperature of soil in big greenhouses and transmit it to a server each hour",
  ],
});

test("the mass is the rarity of what has no counterpart", () => {
  const massOf = (asked: string, found: string) => {
    const lexicon = builtinLexicon();
    const pair = { asked: readText(asked, lexicon), found: readText(found, lexicon) };
    return leftoverMass({ ...pair, alignment: align(pair.asked, pair.found, lexicon) });
  };
  const plain = "How do I clean a sofa?";
  expect(massOf(plain, plain)).toBe(0);
  expect(massOf(plain, "How do I really clean a sofa?")).toBe(0);
  expect(massOf(plain, "How do I clean a nice sofa?")).toBeLessThan(massOf(plain, "How do I clean a velvet sofa?"));
  expect(massOf(plain, "How do I clean a red velvet sofa?")).toBeGreaterThan(
    massOf(plain, "How do I clean a velvet sofa?"),
  );
  expect(massOf("How do I clean a velvet sofa?", plain)).toBe(massOf(plain, "How do I clean a velvet sofa?"));
});
