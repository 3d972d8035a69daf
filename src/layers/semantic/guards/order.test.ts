import { expect, test } from "vitest";
import { guardSuite, vetoes } from "../../../../test/contract/guard-suite.ts";
import { order } from "./order.ts";

guardSuite(order, {
  traps: [
    "Is parking free until six? | Is parking free from six?",
    "Who replied before Friday? | Who replied by Friday?",
    // From and to.
    "Flights from Lisbon to Oslo | Flights from Oslo to Lisbon",
    "Flights from Lisbon to Oslo | Flights to Lisbon from Oslo",
    "Convert miles to kilometers | Convert kilometers to miles",
    "How do I convert a list into a tuple? | How do I convert a tuple into a list?",
    "Translate from Danish to Polish | Translate from Polish to Danish",
    "How do I merge develop into main? | How do I merge main into develop?",
    "Copy files from the server to the laptop | Copy files from the laptop to the server",
    "Migrate data from Oracle to Postgres | Migrate data from Postgres to Oracle",
    "A letter from my landlord | A letter to my landlord",
    "How do I upgrade from basic to premium? | How do I upgrade from premium to basic?",
    "How far is Turin from Milan by train to Rome? | How far is Turin from Rome by train to Milan?",
    "Move money from savings to checking | Move money from checking to savings",
    // Comparisons.
    "Is gold heavier than lead? | Is lead heavier than gold?",
    "Why is tea healthier than coffee? | Why is coffee healthier than tea?",
    "Why do cats sleep more than dogs? | Why do dogs sleep more than cats?",
    "What does a nurse earn compared with a doctor? | What does a doctor earn compared with a nurse?",
    "Why would one prefer renting over buying? | Why would one prefer buying over renting?",
    "Is butter a substitute for oil? | Is oil a substitute for butter?",
    // Who does what to whom.
    "Did Anna call Peter? | Did Peter call Anna?",
    "Is Ivan lying to Olga? | Is Olga lying to Ivan?",
    "Does the tenant owe the landlord? | Does the landlord owe the tenant?",
    "Can a wolf kill a bear? | Can a bear kill a wolf?",
    "Did France invade Russia? | Did Russia invade France?",
    "Did Carla leave the club? | Was Carla left by the club?",
    "Does the parent blame the teacher? | Is the parent blamed by the teacher?",
    "Was the driver seen by the guard? | Was the guard seen by the driver?",
    "Do hawks eat snakes? | Do snakes eat hawks?",
    "Can employees sue employers? | Can employers sue employees?",
    "Who taught Plato before Socrates? | Who taught Socrates before Plato?",
    "Why did she leave him? | Why did he leave her?",
    "Does she trust him? | Does he trust her?",
    "How can I see who I follow? | How can I see who follows me?",
    "What if I sue someone? | What if someone sues me?",
    "Did his lawyer call her? | Did her lawyer call him?",
    "Can a virus infect a bacterium? | Can a bacterium infect a virus?",
    "What if the buyer sues the seller? | What if the seller sues the buyer?",
    // Before and after.
    "Should I eat before swimming? | Should I swim before eating?",
    "Do I paint the wall after sanding? | Do I sand the wall after painting?",
    "Add milk before tea | Add tea before milk",
    "Do I stretch before running? | Do I stretch after running?",
    "Is it paid until June? | Is it paid since June?",
    // What belongs to what.
    "A small dog with a large bed | A large dog with a small bed",
    "A deep network with a convex loss | A convex network with a deep loss",
    "Convert strong acid to weak base | Convert weak acid to strong base",
    "What are good examples of famous speeches? | What are famous examples of good speeches?",
    "Find the shortest path in a weighted graph with a greedy search | Find the weighted path in a shortest graph with a greedy search",
    "Is sweet wine with dry cheese fine? | Is dry wine with sweet cheese fine?",
    "A red car behind a blue house | A blue car behind a red house",
    "A house cat | A cat house",
    "Is a guide dog expensive? | Is a dog guide expensive?",
    "How many minutes of music fit on a page? | How many pages of music fit on a minute?",
    "How tall is a horse chestnut? | How tall is a chestnut horse?",
    "Should I drop lessons or take a break? | Should I take lessons or drop a break?",
    "Does it restart growth and revive trade? | Does it revive growth and restart trade?",
    // Causes.
    "Does stress cause acne? | Does acne cause stress?",
    "Can pain follow fever? | Can fever follow pain?",
    "How does rain affect wheat? | How does wheat affect rain?",
    "Why does inflation lead to debt? | Why does debt lead to inflation?",
    "If I sell the house, do I owe tax? | If I owe tax, do I sell the house?",
    "Why live in Bern and not in Basel? | Why live in Basel and not in Bern?",
    "Use wool instead of silk | Use silk instead of wool",
    "Divide apples by pears | Divide pears by apples",
    "Subtract tax from salary | Subtract salary from tax",
    "Replace tabs with spaces | Replace spaces with tabs",
    "Play chess with Ali against Bo | Play chess with Bo against Ali",
    "A book about Darwin by Dawkins | A book about Dawkins by Darwin",
    "Things guests cannot do here but there | Things guests can do here but not there",
    "Is an apple (red) sweeter than a pear (green)? | Is an apple (green) sweeter than a pear (red)?",
    "Trains from Rome to Bern and from Bern to Lyon | Trains from Rome to Bern and from Lyon to Bern",
    "Always stirring and never boiling | Never stirring and always boiling",
  ],
  benign: [
    "What is the difference between wool and silk? | What is the difference between silk and wool?",
    "Compare tea and coffee | Compare coffee and tea",
    "Python vs Ruby | Ruby vs Python",
    "Which is better, tea or coffee? | Which is better, coffee or tea?",
    "Is tea or coffee better? | Which is better, tea or coffee?",
    "Is tea cheaper than coffee? | What is cheaper, coffee or tea?",
    "Can I mix red wine and white wine? | Can I mix white wine and red wine?",
    "What is the difference between a static and a dynamic site? | What is the difference between a dynamic and a static site?",
    "Do cats, dogs and birds dream? | Do birds, dogs and cats dream?",
    "In Python, how do I sort a list? | How do I sort a list in Python?",
    "For a wedding, what should I wear? | What should I wear for a wedding?",
    "If my phone gets wet, what should I do? | What should I do if my phone gets wet?",
    "As a tenant, can I repaint the walls? | Can I repaint the walls as a tenant?",
    "What is the capital of France? | What is France's capital?",
    "The engine of a car | A car engine",
    "The roof of the house | The house's roof",
    "How is asthma diagnosed? | How do doctors diagnose asthma?",
    "How do you tune a piano? | How is a piano tuned?",
    "Did Anna call Peter? | Was Peter called by Anna?",
    "Was the window broken by the ball? | Did the ball break the window?",
    "How can I quickly lose weight? | How can I lose weight quickly?",
    "Can I safely freeze eggs? | Can I freeze eggs safely?",
    "Who won the 2016 election? | Who won the election 2016?",
    "Is Eva a Danish painter? | Is Eva a painter and Danish?",
    "Do people in Rome drink tea? | Do people drink tea in Rome?",
    "Flights from Lisbon to Oslo | Flights to Oslo from Lisbon",
    "Translate this from Danish to Polish | Translate this to Polish from Danish",
    "Is it safe to eat raw oysters? | Are raw oysters safe to eat?",
    "How do I fix a leak? | How can a leak be repaired?",
    "Why does my code not compile? | Why doesn't my code compile?",
    "Gauze can be used to stop bleeding | Stop bleeding using gauze",
    "How do I reset my password? | How can I reset my password?",
    "Who is the author of the book? | Who is the book's author?",
    "Why did he call his mother? | Why did he ring his mother?",
    "What is the best time to plant a tree and why? | What is the best time to plant a tree and why?",
    "How many cups of flour and how many cups of milk? | How many cups of flour and how many cups of milk?",
  ],
});

test("a long text is only looked through for a change of order", () => {
  const words = Array.from({ length: 150 }, (_, index) => letters(index));
  const text = words.join(" ");
  const changed = [...words.slice(1), words[0]].join(" ");
  expect(vetoes(order, text, text)).toBe(false);
  expect(vetoes(order, text, changed)).toBe(true);
});

/** A made-up word without digits, another for each number. */
function letters(index: number): string {
  return `xqv${String.fromCharCode(97 + Math.floor(index / 26), 97 + (index % 26)).repeat(4)}`;
}
