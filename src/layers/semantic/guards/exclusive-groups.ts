/**
 * Words that stand for one another's alternatives: who asks with one does not want the answer to another. Compiled for
 * this project. Groups are divided by `,`; the members of a group by spaces; forms of one member are joined by `=`.
 * Only what is closed and common is here: a name or a rare word is told apart by the guard of entities.
 */
const groups = `
  monday=mondays=mon tuesday=tuesdays=tue=tues wednesday=wednesdays thursday=thursdays=thu=thurs friday=fridays=fri
  saturday=saturdays sunday=sundays, january=jan february=feb march=mar april=apr may june=jun july=jul august=aug
  september=sep=sept october=oct november=nov december=dec, spring summer autumn=fall winter, morning noon afternoon
  evening night midnight, yesterday today tomorrow, hourly daily weekly fortnightly=biweekly monthly quarterly
  yearly=annual=annually, second=seconds=sec minute=minutes=min hour=hours day=days week=weeks month=months
  quarter=quarters year=years decade=decades century=centuries, breakfast lunch dinner=supper dessert, north=northern
  south=southern east=eastern west=western, northeast northwest southeast southwest, red orange yellow green blue
  purple=violet pink brown black white grey=gray beige turquoise, he=him=his=himself she=her=hers=herself,
  mother=mom=mum father=dad sister brother son daughter husband wife uncle aunt nephew niece cousin
  grandmother=grandma grandfather=grandpa boyfriend girlfriend, baby=infant=newborn toddler child=kid=children=kids
  teenager=teen=adolescent adult senior=elderly, dog=puppy cat=kitten rabbit horse cow pig sheep goat chicken duck
  fish hamster parrot snake turtle, vegetarian vegan beef pork=ham=bacon lamb chicken turkey fish salmon tuna
  shrimp=prawn tofu, milk=dairy egg wheat=gluten nut peanut soy shellfish, butter oil margarine lard, flour sugar salt
  pepper yeast, tea coffee juice beer wine water milk, boil fry=frying bake=baking roast grill steam microwave, oven
  microwave stove fryer, apple banana pear grape lemon lime mango peach cherry strawberry blueberry raspberry
  pineapple watermelon, potato tomato carrot onion garlic cucumber spinach broccoli cabbage mushroom pumpkin, rice
  pasta=noodle bread quinoa couscous oats=oatmeal, head neck shoulder elbow wrist hand finger chest back
  stomach=abdomen=belly hip knee ankle foot=feet toe, eye ear nose mouth throat tongue tooth=teeth, heart lung kidney
  liver brain bladder pancreas spleen thyroid skin, left right middle=centre=center, top bottom side, solid liquid gas
  plasma, car truck=lorry motorcycle=motorbike bicycle=bike bus train plane=airplane=flight ship=boat=ferry taxi=cab
  tram subway=metro, celsius=centigrade fahrenheit kelvin, kilometer=kilometre=km mile meter=metre
  centimeter=centimetre=cm millimeter=millimetre=mm inch foot=feet yard, gram=gramme=g kilogram=kilo=kg milligram=mg
  pound=lb=lbs ounce=oz tonne=ton, liter=litre milliliter=millilitre=ml gallon pint cup tablespoon=tbsp teaspoon=tsp,
  byte=bytes kilobyte=kb megabyte=mb gigabyte=gb terabyte=tb bit=bits, dollar=dollars=usd euro=euros=eur
  pound=pounds=gbp yen=jpy rupee=rupees=inr yuan=cny franc=chf peso=pesos=mxn krona=sek, email=e-mail
  phone=telephone=call sms=text fax, android=google ios=iphone=apple windows mac=macos=macbook linux=ubuntu, chrome
  firefox safari edge opera, pdf docx=word xlsx=excel csv json xml yaml html markdown, png jpg=jpeg gif svg webp,
  mysql postgresql=postgres sqlite oracle mongodb redis, javascript=js typescript=ts python=py java ruby php rust
  golang kotlin swift perl scala haskell c++=cpp c#=csharp, row column=col cell, integer=int float=double string
  boolean=bool, header body footer, list=array tuple set dictionary=dict=map object, stack queue heap tree graph,
  array string, bachelor=bachelors=undergraduate master=masters phd=doctorate, school college=university kindergarten,
  primary secondary tertiary, visa passport, credit debit prepaid, loan mortgage grant, tax insurance pension, stock
  bond, gold silver platinum bronze copper, asthma diabetes cancer arthritis migraine pneumonia flu=influenza cold
  covid measles malaria hepatitis eczema psoriasis, ibuprofen=advil paracetamol=acetaminophen=tylenol aspirin
  naproxen, theft=larceny robbery burglary fraud, felony misdemeanor=misdemeanour, civil criminal, plaintiff defendant
  witness judge juror, marriage=wedding divorce, birthday anniversary wedding funeral, christmas easter halloween
  thanksgiving, christian=christianity muslim=islam jewish=judaism hindu=hinduism buddhist=buddhism, english french
  german spanish italian portuguese dutch russian chinese japanese korean arabic hindi turkish polish swedish greek
  hebrew, president senator governor mayor king queen minister, football=soccer basketball baseball tennis golf hockey
  cricket rugby, guitar piano violin drum flute trumpet, novel poem play song film=movie, sun moon earth mars venus
  jupiter saturn mercury neptune uranus pluto, proton electron neutron, nitrogen oxygen hydrogen carbon helium,
  protein carbohydrate=carb fat fibre=fiber vitamin, mean median mode, circle square triangle rectangle, area volume
  perimeter length width height depth weight, speed velocity acceleration, voltage current resistance power, mass
  weight, noun verb adjective adverb, past present future, beginner intermediate advanced=expert, small medium large,
  low medium high, single married divorced widowed, male female, cotton wool silk linen leather polyester, wood metal
  plastic glass paper stone, public private protected, inner outer left right full, oral topical intravenous
  intramuscular, economy business premium, aws azure gcp, react vue angular svelte, django flask rails laravel,
  tensorflow pytorch keras, merge rebase squash, commit push fetch clone stash, iron steel aluminium=aluminum copper
  brass zinc lead nickel titanium, renter=tenant owner=landlord, sole joint, cough fever rash headache nausea
  dizziness diarrhea=diarrhoea constipation, sedan suv truck van coupe, vegan vegetarian pescatarian keto paleo halal
  kosher, oak pine maple birch walnut, symptom=symptoms=sign cause=causes treatment=cure=remedy diagnosis prevention
  prognosis complication, add=addition subtract=subtraction multiply=multiplication divide=division,
  differentiate=derivative integrate=integral factor=factorise=factorize expand solve, send receive forward archive,
  copy paste cut, capital population currency flag anthem climate, author publisher director actor, install uninstall
  reinstall update=upgrade, freeze thaw reheat, appeal settle sue, getter setter constructor destructor, insert update
  delete select, cash card cheque
`;

/** From a word to the groups it is in, each with the member it stands for. */
export const exclusiveMembers: ReadonlyMap<string, readonly { readonly group: number; readonly member: number }[]> =
  membersOf(groups);

function membersOf(text: string): Map<string, { group: number; member: number }[]> {
  const members = new Map<string, { group: number; member: number }[]>();
  for (const [group, row] of text.split(",").entries()) {
    for (const [member, forms] of row.trim().split(/\s+/).entries()) {
      for (const form of forms.split("=")) members.set(form, [...(members.get(form) ?? []), { group, member }]);
    }
  }
  return members;
}
