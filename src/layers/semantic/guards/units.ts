/**
 * Units of measure and currencies in one form each, so that `30 min` and `30 minutes` agree and `30 s` does not. No unit
 * is turned into another: 60 minutes and one hour may stay a miss.
 */
const table = `
  second: s sec secs second seconds | minute: min mins minute minutes | hour: h hr hrs hour hours | day: d day days |
  week: wk wks week weeks | fortnight: fortnight fortnights | month: mo mos month months | quarter: quarters |
  year: y yr yrs year years yo | decade: decade decades | century: century centuries |
  millisecond: ms msec millisecond milliseconds | microsecond: us µs μs microsecond microseconds | nanosecond: ns nanosecond nanoseconds |
  metre: m meter meters metre metres | kilometre: km kms kilometer kilometers kilometre kilometres |
  centimetre: cm cms centimeter centimeters centimetre centimetres | millimetre: mm millimeter millimeters millimetre millimetres |
  micrometre: µm μm um micrometer micrometers micrometre micrometres micron microns | nanometre: nm nanometer nanometers nanometre nanometres |
  inch: in inch inches | foot: ft foot feet | yard: yd yds yard yards | mile: mi mile miles | acre: acre acres | hectare: ha hectare hectares |
  gram: g gr gm gms gram grams gramme grammes | kilogram: kg kgs kilo kilos kilogram kilograms | milligram: mg mgs milligram milligrams |
  microgram: mcg µg μg ug microgram micrograms | tonne: tonne tonnes | ton: ton tons | pound: lb lbs | ounce: oz ounce ounces | stone: stone stones |
  litre: l liter liters litre litres | millilitre: ml mls milliliter milliliters millilitre millilitres | centilitre: cl | decilitre: dl |
  gallon: gal gallon gallons | pint: pint pints | quart: quart quarts | cup: cup cups | tablespoon: tbsp tbsps tablespoon tablespoons |
  teaspoon: tsp tsps teaspoon teaspoons |
  byte: byte bytes | bit: bit bits | kilobyte: kb kilobyte kilobytes | megabyte: mb megabyte megabytes | gigabyte: gb gig gigs gigabyte gigabytes |
  terabyte: tb terabyte terabytes | kibibyte: kib | mebibyte: mib | gibibyte: gib | kbps: kbps | mbps: mbps | gbps: gbps |
  hertz: hz hertz | kilohertz: khz | megahertz: mhz | gigahertz: ghz | watt: w watt watts | kilowatt: kw kilowatt kilowatts |
  kilowatthour: kwh | megawatt: mw megawatt megawatts | volt: v volt volts | ampere: amp amps ampere amperes | milliamp: ma mah |
  ohm: ohm ohms ω | joule: j joule joules | calorie: cal calorie calories | kilocalorie: kcal kcals | newton: newton newtons |
  pascal: pa pascal pascals | bar: bar bars | psi: psi | decibel: db decibel decibels | mole: mol moles |
  degree: deg degs degree degrees ° | celsius: c °c celsius centigrade | fahrenheit: f °f fahrenheit | kelvin: kelvin |
  kph: kph kmh km/h | mph: mph | knot: knot knots | rpm: rpm | percent: % percent pct | permille: ‰ | pixel: px pixel pixels | point: pt pts point points |
  iu: iu | unit: unit units | time: x times | word: word words | sentence: sentence sentences | line: line lines | page: page pages |
  paragraph: paragraph paragraphs | token: token tokens | character: char chars character characters | step: step steps | item: item items |
  usd: usd $ us$ dollar dollars buck bucks | eur: eur € euro euros | gbp: gbp £ quid | pounds: pound pounds | cent: cent cents ¢ | jpy: jpy ¥ yen |
  inr: inr ₹ rs rupee rupees | cny: cny rmb yuan | chf: chf franc francs | krw: krw ₩ won | rub: rub ₽ ruble rubles | cad: cad c$ | aud: aud a$ |
  btc: btc bitcoin bitcoins ₿ | eth: eth ether
`;

const canonical = new Map(
  table.split("|").flatMap((row) => {
    const [name = "", forms = ""] = row.split(/: /);
    return forms
      .trim()
      .split(/\s+/)
      .map((form) => [form, name.trim()] as const);
  }),
);

/** Words that are units only where they are glued to the number: after a space they are mostly something else. */
const onlyGlued = new Set(["in", "d", "y", "x", "us", "ma", "mo", "pa", "j", "um", "won", "ether"]);

/** The canonical name of the unit that `form` (lower case) writes, or `undefined`. */
export function unitOf(form: string, isGlued: boolean): string | undefined {
  return !isGlued && onlyGlued.has(form) ? undefined : canonical.get(form);
}
