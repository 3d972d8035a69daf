import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { readText } from "./read-text.ts";

const language = (text: string) => readText(text, builtinLexicon()).language;

test.each([
  "What is the capital of Peru?",
  "capital of peru",
  "reset password",
  "how do i recieve a refnd on my oder",
  "explain `SELECT * FROM users` to me",
  "what does the French word croissant mean",
  "café near the Champs-Élysées open on Sunday",
  "5 + 3",
  "what is θ in this equation",
  "best places to visit in Los Angeles",
  "who ownz mers",
  "what cicco ios",
  "emily seiyl pac ak fax number",
  "teach me how to use useEffect and useState",
])("%j is English", (text) => {
  expect(language(text)).toBe("en");
});

test.each([
  "Was ist die Hauptstadt von Peru?",
  "wie kann ich mein Passwort zurücksetzen",
  "Quelle est la capitale du Pérou ?",
  "où est la bibliothèque",
  "¿Cuál es la capital de Perú?",
  "como puedo cambiar la contraseña de mi cuenta",
  "Qual é a capital do Peru?",
  "Wat is de hoofdstad van Peru en waar ligt het",
  "Какая столица Перу?",
  "秘鲁的首都是哪里",
  "ペルーの首都はどこですか",
  "what is the meaning of 猫",
  "bagaimana cara mengganti kata sandi",
  "come si dice hello",
  "mera account kab band hai",
  "puedo viajar sin pasaporte",
  "bitte mein login reset",
  "qwv zxkq pplm vrrt wxyq",
])("%j is not, and has no signature", (text) => {
  expect(language(text)).toBe("other");
  expect(readText(text, builtinLexicon()).signature).toBeUndefined();
});
