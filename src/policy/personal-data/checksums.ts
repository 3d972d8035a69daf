/**
 * Check digits. Nearly all numbers that people are known by carry some, which is what tells them from any other number of
 * the same length. All take digits as text and give a number that the caller compares.
 */

/** ISO/IEC 7812-1, annex B: the sum whose last digit is 0 for numbers of cards, and many others. */
export function luhnSum(digits: string): number {
  let sum = 0;
  for (let index = digits.length - 1, isDoubled = false; index >= 0; index--, isDoubled = !isDoubled) {
    const digit = digitAt(digits, index);
    const doubled = digit * 2;
    sum += isDoubled ? (doubled > 9 ? doubled - 9 : doubled) : digit;
  }
  return sum;
}

export function passesLuhn(digits: string): boolean {
  return luhnSum(digits) % 10 === 0;
}

/** The sum of each digit times the weight in its place; weights that are missing count nothing. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * digitAt(digits, index), 0);
}

/** What is left when the number is divided; of numbers too long for a float as well. Letters count 10 to 35 (ISO 13616). */
export function remainder(text: string, divisor: number): number {
  let rest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= 0x39) rest = (rest * 10 + (code - 0x30)) % divisor;
    else rest = (rest * 100 + (code - 0x41 + 10)) % divisor;
  }
  return rest;
}

/** ISO/IEC 7064, MOD 11,10: 1 for digits that end with their check digit. */
export function mod11by10(digits: string): number {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index++) {
    const sum = (digitAt(digits, index) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (product + digitAt(digits, digits.length - 1)) % 10;
}

/** J. Verhoeff, "Error Detecting Decimal Codes", 1969: 0 for digits that end with their check digit. */
export function verhoeff(digits: string): number {
  let check = 0;
  for (let index = 0; index < digits.length; index++)
    check = inDihedralGroup(check, permuted(digitAt(digits, digits.length - 1 - index), index % 8));
  return check;
}

/** The product in the symmetry group of the pentagon: 0 to 4 turn it, 5 to 9 flip it as well. */
function inDihedralGroup(one: number, other: number): number {
  if (one < 5) return other < 5 ? (one + other) % 5 : 5 + ((one + other) % 5);
  return other < 5 ? 5 + ((one - other) % 5) : (one - other + 5) % 5;
}

const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

function permuted(digit: number, times: number): number {
  let result = digit;
  for (let time = 0; time < times; time++) result = permutation[result] as number;
  return result;
}

export function digitAt(digits: string, index: number): number {
  return digits.charCodeAt(index) - 0x30;
}
