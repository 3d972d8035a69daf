/**
 * Words that ask for the opposite. Compiled for this project from everyday, technical, medical, legal and commercial
 * English. An opposition is `words of one side / words of the other`; every word of one side is the opposite of every
 * word of the other. Base forms, with the nouns that are spelled otherwise than their verbs; comparatives are derived
 * from the adjectives. Not here: what a shared beginning or ending tells (`employer`, `employee`; see
 * opposite-affixes.ts), prefixes that say no (negation.ts) and prepositions (particles.ts).
 */
const oppositions = `
  increase increased raise boost grow growth gain maximize maximise rise expand strengthen amplify enlarge heighten
  intensify / decrease decreased reduce reduction lower lose loss minimize minimise fall shrink weaken diminish lessen
  cut decline, maximum max / minimum min, highest / lowest, most / least fewest, more / less fewer, better improve /
  worse worsen, best / worst, many / few, much / little, enough sufficient / insufficient, extra surplus / shortage
  deficit, add addition insert attach append / remove removal delete deletion subtract subtraction detach erase, plus
  / minus, multiply multiplication / divide division, sum / difference, numerator / denominator, positive / negative,
  credit / debit, profit / loss, asset / liability, income revenue earnings / expense expenditure outgoing, gross /
  net, buy purchase / sell sale, buyer purchaser / seller vendor, bid / ask, long / short, bull bullish / bear
  bearish, import / export, lend loan / borrow, lender creditor / borrower debtor, landlord / tenant, rent lease hire
  / own buy, deposit / withdraw withdrawal, pay payment / refund reimbursement, invest / divest, save saving / spend
  spending, save / waste, cheap cheapest inexpensive affordable / expensive costly pricey dear, discount / surcharge,
  wholesale / retail, inflation / deflation, boom / recession, rich wealthy / poor, wealth / poverty, taxable /
  exempt, public / private, enable activate activation / disable deactivate deactivation, on / off, start begin launch
  resume / stop end finish halt quit cease, start beginning / end ending, starter / finisher, open opening opened /
  close closing closed shut, lock / unlock, freeze / thaw melt, install installation / uninstall remove, upload /
  download, push / pull, encode / decode, encrypt encryption / decrypt decryption, compress zip / decompress extract
  unzip, serialize serialise / deserialize deserialise, assemble / disassemble dismantle, upgrade / downgrade, update
  / revert rollback, commit / rollback revert, deploy / rollback, merge join / split separate, read reading / write
  writing, input / output, inbound incoming / outbound outgoing, ingress / egress, send sending sender / receive
  receiving receiver recipient, client / server, parent / child, ancestor / descendant, head / tail, push / pop,
  enqueue / dequeue, front / back rear, show display reveal unhide / hide conceal, visible / hidden invisible, expand
  / collapse, maximize maximise / minimize minimise, connect connection / disconnect disconnection, subscribe /
  unsubscribe, follow / unfollow, mute / unmute, pin / unpin, block ban / unblock unban allow, allow permit authorize
  legalize legalise / ban forbid prohibit deny disallow criminalize outlaw, allowed legal lawful permitted / banned
  forbidden prohibited illegal unlawful, whitelist allowlist / blacklist blocklist denylist, accept approve / decline
  reject refuse deny, acceptance approval / rejection refusal denial, agree / disagree, yes / no, grant / revoke, hire
  recruit / fire dismiss, appoint / dismiss, join / leave quit, enter entry entrance / exit leave, win / lose, winner
  / loser, victory / defeat, pass / fail, success succeed successful / failure fail unsuccessful, true / false, right
  correct / wrong incorrect, include including / exclude excluding, inclusive / exclusive, inner inside interior /
  outer outside exterior, internal / external, indoor indoors / outdoor outdoors, upper / lower, top / bottom, up /
  down, upward upwards / downward downwards, upstream / downstream, upstairs / downstairs, above / below beneath, over
  / under, left / right, east eastern / west western, north northern / south southern, forward forwards / backward
  backwards, ascend ascending ascent / descend descending descent, asc / desc, rise / set, sunrise / sunset, dawn /
  dusk, climb / descend, before / after, prior / subsequent, previous / next, early / late, sooner / later, first /
  last, initial / final, former / latter, old / new, ancient / modern, old elderly / young youthful, past / future,
  arrive arrival / depart departure, departure / return, embark / disembark, come / go, bring / take, give / take
  receive, push / drag, throw / catch, lift / drop, inhale / exhale, inflate / deflate, fill / empty drain, load /
  unload, full / empty, wake awake / sleep asleep, hot heat heating warm / cold cool cooling chill, wet moist humid /
  dry arid, boil / freeze, solid / liquid, hard / soft, rough / smooth, sharp / blunt dull, big large huge / small
  little tiny, tall high / short low, wide broad / narrow, thick / thin, fat / thin slim skinny lean, heavy / light
  lightweight, deep / shallow, fast quick rapid / slow, accelerate acceleration / decelerate deceleration, speed /
  slow, strong / weak, bright light / dark dim, loud noisy / quiet silent, easy simple / difficult hard complex
  complicated, simplify / complicate, safe safety / dangerous danger risky unsafe hazardous, clean / dirty, fresh /
  stale rotten, ripe / unripe raw, raw / cooked, sweet / sour bitter, sweet / savoury savory, vegan vegetarian / meat,
  sweetened / unsweetened, good / bad evil, healthy / sick ill unhealthy, alive living / dead, life birth / death,
  born / die, love / hate, like / dislike, happy cheerful / sad unhappy, optimist optimistic optimism / pessimist
  pessimistic pessimism, hope / despair, calm / angry anxious, brave courageous / cowardly fearful, polite / rude,
  kind / cruel, generous / selfish stingy, humble modest / arrogant, honest / dishonest deceitful, friend / enemy,
  ally / enemy, guilty / innocent, guilt / innocence, confident / insecure shy, lazy / hardworking diligent, active /
  passive, busy / idle, introvert introverted / extrovert extroverted, smart clever intelligent / stupid dumb, wise /
  foolish, beautiful pretty / ugly, benefit advantage pro upside strength / drawback disadvantage con downside
  weakness harm, harmful / harmless beneficial, cause / effect consequence, cause / cure, symptom / treatment, cause /
  prevention, diagnose diagnosis / treat treatment, problem / solution, question / answer, demand / supply, attack /
  defend defence defense, offensive / defensive, prosecution prosecutor / defence defense defender, plaintiff claimant
  / defendant, acquit / convict, arrest / release, majority / minority, marry marriage wedding / divorce, husband /
  wife, mother / father, mom mum / dad, son / daughter, brother / sister, uncle / aunt, nephew / niece, boy / girl,
  man male / woman female, men / women, king / queen, bride / groom, teach teaching teacher / learn learning learner
  student pupil, doctor / patient, host / guest, adult / child kid minor, mentor / mentee, author / reader, speaker /
  listener, predator / prey, hunter / prey, leader / follower, presence present / absence absent, natural / artificial
  synthetic, organic / inorganic, acid acidic / alkaline base basic, oxidation / reduction, anode / cathode,
  endothermic / exothermic, vertical / horizontal, latitude / longitude, row / column, convex / concave, odd / even,
  prime / composite, singular / plural, uppercase / lowercase, capital / lowercase, prefix / suffix, synonym /
  antonym, vowel / consonant, noun / verb, static / dynamic, mutable / immutable, synchronous sync / asynchronous
  async, serial sequential / parallel, local / remote, online / offline, analog analogue / digital, automatic /
  manual, temporary / permanent, optional / mandatory required compulsory, voluntary / compulsory, fixed / variable
  adjustable, domestic / international foreign, urban / rural, global / local, ceiling / floor, landing / takeoff,
  immigrate immigration immigrant / emigrate emigration emigrant, real genuine authentic / fake counterfeit, fact /
  fiction myth, theory / practice, acute / chronic, benign / malignant, fever / chill, constipation / diarrhea
  diarrhoea, hypertension / hypotension, artery arterial / vein venous, sedative / stimulant, agonist / antagonist,
  systolic / diastolic, dilate dilation / constrict constriction, swallow / vomit, bleed / clot, obese overweight /
  underweight, vaccinated / unvaccinated, employed / unemployed, resident / nonresident visitor, married / single
  unmarried, single / double, single / multiple, always / never, often frequently frequent / rarely rare seldom
  infrequent, everything / nothing, everybody everyone / nobody, everywhere / nowhere, usual common normal typical /
  unusual rare abnormal uncommon, major / minor, primary / secondary, essential / optional, relevant / irrelevant,
  attract / repel, praise / criticize criticise blame, reward / punish punishment penalty, remember remind / forget,
  keep retain / discard, keep / lose, find / lose, hide / seek, build create construct make / destroy demolish break,
  create / delete, repair fix / break damage, protect / harm expose, tighten / loosen, tie fasten / untie unfasten,
  bend / straighten, stretch / shrink, pack / unpack, fold / unfold, plug / unplug, wrap / unwrap, wind / unwind,
  dress / undress, mount / unmount dismount, sow plant / harvest, float / sink, hit / miss, laugh / cry, smile /
  frown, whisper / shout, encourage / discourage, persuade / dissuade, support / oppose, supporter / opponent, confirm
  / deny cancel, book reserve / cancel, login / logout, signin / signout, checkin / checkout, prepay prepaid /
  postpaid, ante / post, day daytime / night nighttime, morning / evening, summer / winter, weekday / weekend, a.m /
  p.m, am / pm, dusk / dawn, noon / midnight, stand / sit, lead / follow, advance / retreat, advance / postpone,
  bullish / bearish, hawkish / dovish, liberal / conservative, democrat / republican, war / peace, tourist / local,
  heaven / hell, angel / devil, gas / electric, petrol / diesel, alcoholic / non-alcoholic, dominant / recessive,
  conscious / unconscious, fertile / infertile sterile, innate / acquired, hereditary / acquired, voluntary /
  involuntary, subjective / objective, abstract / concrete, deductive / inductive, quantitative / qualitative,
  discrete / continuous, linear / nonlinear, supervised / unsupervised, precision / recall, encoder / decoder,
  underfit underfitting / overfit overfitting, bias / variance, explicit / implicit, compile / decompile, lossless /
  lossy, wired / wireless, portrait / landscape, foreground / background, header / footer, attach / detach, mint /
  burn, stake / unstake, sharpen / blur, lighten brighten / darken, thicken / thin dilute, soften / harden, defrost /
  freeze, sweeten / salt, preheat / cool, peel / coat, lengthen / shorten, widen / narrow, deepen / flatten, hurry /
  wait, admit / discharge, arrive / leave, ahead / behind, near close / far distant, nearest closest / farthest
  furthest, absorb absorption / emit emission release, amateur / professional, awake / asleep, bankrupt / solvent,
  blessing / curse, continue / stop quit cease pause, resume / pause suspend, play / pause stop, charge / discharge
  drain, check select tick / uncheck deselect unselect untick, clockwise / counterclockwise anticlockwise, collect /
  distribute, combine unite unify / separate divide, comedy / tragedy, condense condensation / evaporate evaporation,
  expand expansion / contract contraction, producer / consumer, produce production / consume consumption, crowded /
  empty, curved / straight, deficiency / excess, shortage / excess, delay postpone / hasten advance, source origin /
  destination target, converge convergent convergence / diverge divergent divergence, donate donor / receive
  recipient, drunk / sober, exact / approximate, expire / renew, extend extension / shorten, ignite light /
  extinguish, feminine / masculine, maternal / paternal, maternity / paternity, finite / infinite, flexible / rigid
  stiff, forward / reverse, generic / branded, giver / taker, glossy / matte, graduate / undergraduate, hero /
  villain, hostile / friendly, incoming / outgoing, increment / decrement, superior / inferior, insert / eject
  extract, intake / exhaust, intentional deliberate / accidental unintentional, junior / senior, literal / figurative,
  live / recorded, logical virtual / physical, mild / severe, mobile / desktop, native / foreign, nocturnal / diurnal,
  novice / expert, oldest / newest youngest, opaque / transparent, oral / written, original / copy, own / rent,
  parallel / perpendicular, partial / complete full total, peak / off-peak trough, poison / antidote, powerful / weak
  powerless, precede preceding / follow following, promote promotion / demote demotion, proponent / opponent, prove /
  refute disprove, progress / regress, release / capture hold, relax / tense, revenue / cost, gather / scatter, sparse
  / dense, tight / loose, strict / lenient, survive / die perish, survivor / victim, tame / wild, tidy / messy, truth
  / lie, vacant / occupied, offender perpetrator / victim, accelerator throttle / brake, one-way / round-trip return,
  inbox / outbox, proximal / distal, anterior / posterior, dorsal / ventral, medial / lateral, afferent / efferent,
  call / put, floating / fixed, nominal / real, appellant / appellee respondent, rare / well-done, boneless / bone-in,
  ground / whole, frontend front-end / backend back-end, getter / setter, allocate / free deallocate, bind / unbind,
  depth-first / breadth-first, stdin / stdout stderr, window / aisle, carry-on / checked, optimist / pessimist, urgent
  / routine, punish / forgive, blame / credit, bless / curse, cheer / boo, widest / narrowest, abundance abundant /
  scarcity scarce, ally / rival, antonym / synonym, appear appearance / disappear disappearance vanish, apex / base,
  ascend / sink, assist help / hinder, attract attraction / repel repulsion, bow / stern, port / starboard, brake /
  accelerate, capitalism capitalist / socialism socialist communism, captive / free, cause / prevent, celebrate /
  mourn, clear / cloudy vague, sunny / cloudy rainy, compliment / insult, confident / doubtful, crest / trough,
  criminal / civil, cry / laugh, damp / dry, dawn / sunset, sunset / sunrise, debtor / creditor, defeat / win, diffuse
  / concentrate, dilute / concentrate concentrated, drought / flood, dynamic / static, eastbound / westbound,
  northbound / southbound, eldest / youngest, employer / worker staff, enlarge / shrink, entry / exit, evergreen /
  deciduous, extroversion / introversion, fresh / frozen canned dried, frozen / thawed, graceful / clumsy, heir /
  testator, herbivore / carnivore, hydrophilic / hydrophobic, kinetic / potential, lag / lead, lender / borrower,
  literate / illiterate, loyal / disloyal, lower / raise lift, lowest / highest, married / divorced, matter /
  antimatter, melting / freezing, minuend / subtrahend, monarchy / republic, monologue / dialogue, mortal / immortal,
  national / international, offence / defence, onshore / offshore, optimal / worst, overt / covert, passenger /
  driver, passive / aggressive, pedestrian / driver, pleasure / pain, plural / single, prenuptial / postnuptial, prey
  / hunter, pride / shame, profit / nonprofit, purchaser / seller, quality / quantity, quick / slow, reactant /
  product, rebate / surcharge, regular / irregular, residential / commercial, right-handed / left-handed, right-click
  / left-click, rookie / veteran, rotten / fresh, sacred / secular profane, satisfied / dissatisfied, scalar / vector,
  sender / addressee, sharpen / dull, short-term / long-term, shrinkage / growth, sleepy / alert, solute / solvent,
  sour / sweet, spender / saver, squeeze / stretch, stalactite / stalagmite, stallion / mare, steep / gentle, sterile
  / contaminated, submerge / surface, submit / withdraw, tailwind / headwind, tax-free / taxable, theist / atheist,
  theism / atheism, unanimous / split, unicameral / bicameral, unilateral / bilateral multilateral, untie / tie,
  upside / downside, upvote / downvote, usual / exceptional, virtue / vice, vocal / instrumental, volatile / stable,
  wake / sleep, wanted / unwanted, warm / cool, wax / wane, weekday / holiday, wholesaler / retailer, widow / widower,
  yin / yang, zenith / nadir, beginner / expert professional, ebb / flow, catabolic / anabolic, catabolism /
  anabolism, mitosis / meiosis, earn / spend, hire / layoff, buy / lease, lease / purchase, insured / uninsured,
  insurer / insured, attacker / defender, sue / settle, convict / acquit, prosecute / defend, wet / dry, group /
  individual, individual / corporate, alone / together, married / unmarried, biological / adoptive, adopt / abandon,
  preorder / inorder postorder, inorder / postorder, oily / dry, typical / atypical, symmetric symmetrical symmetry /
  asymmetric asymmetrical asymmetry, moral / amoral, theist / atheist, sexual / asexual, normal / abnormal, septic /
  aseptic, political / apolitical, social / asocial, raise throw / catch, acquire acquisition / divest divestiture,
  add / drop, treat treatment cure / prevent prevention, expand / factor factorise factorize, call / define declare,
  overpay / underpay, thread / unthread, arm / disarm, claim / waive, warm-up / cool-down, sunny / overcast, tipsy /
  sober, ascent / descent, employee / contractor, full-time / part-time freelance, hourly / salaried, smoker /
  nonsmoker, seated / standing, indoors / outside, inside / outdoors, abroad / home, melt / solidify, vertical /
  diagonal horizontal, multiplication / addition, subtraction / addition multiplication, division / subtraction,
  favour favor support / against, forward / back, promote / relegate, promotion / relegation, curly wavy / straight,
  supplier / customer buyer, sharp / blurry blurred, vendor / customer, teacher / pupil, nurse / patient, shipper /
  consignee, exporter / importer, wholesale / resale, prequel / sequel, ascendant / descendant, successor /
  predecessor, landlord / renter, host / visitor, leeward / windward, inland / coastal, rich / broke, thirsty /
  hydrated, dehydrated / hydrated, dehydration / hydration, aerobic / anaerobic, saturated / unsaturated, soluble /
  insoluble, endogenous / exogenous, latent / manifest, overcooked / undercooked, overclock / underclock, overage /
  underage, oversize / undersize, multiplayer / singleplayer, vintage / modern, retro / modern, loose / strict,
  brittle / ductile, elastic / inelastic rigid, stale / crisp, soggy / crisp crispy, crunchy / soft, spicy / mild, hot
  / mild, bland / spicy, odorless / smelly, silent / audible, mute / audible, opaque / clear, matt / glossy, dull /
  shiny, infect / disinfect, pollute / clean, contaminate / sterilize sterilise, poison / cure, injure / heal, wound /
  heal, sweet / dry, undo / redo do, enlarged / shrunken shrunk, rich / lean
`;

/** Each opposition as its two sides. */
export const antonymPairs: readonly (readonly [readonly string[], readonly string[]])[] = oppositions
  .split(",")
  .map((opposition) => {
    const [one = "", other = ""] = opposition.split("/").map((side) => side.trim());
    return [one.split(/\s+/), other.split(/\s+/)] as const;
  });
