/** Words and phrases that tie a question to the moment it is asked in, or to what only the asker's own account knows. */

/** Alone they say that the answer holds for now only. */
export const moments: ReadonlySet<string> = new Set(
  (
    "today tonight tomorrow yesterday now currently nowadays presently latest newest recently lately " +
    "today's tonight's tomorrow's yesterday's"
  ).split(" "),
);

/** "This week", "last night", "next month", "the past year". */
export const spans: ReadonlySet<string> = new Set(
  (
    "second minute hour day week weekend month quarter year season semester term morning afternoon evening night " +
    "monday tuesday wednesday thursday friday saturday sunday days weeks months years hours minutes summer winter spring " +
    "autumn decade century"
  ).split(" "),
);

/** Before a span these place it from now. */
export const pointers: ReadonlySet<string> = new Set("this last next past coming previous".split(" "));

/** Adjectives of now, unless what follows gives them another meaning ("current" in physics). */
export const current: ReadonlySet<string> = new Set("current recent upcoming up-to-date trending".split(" "));

/** What makes `current` no word of time: flowing charge, accounts and the sea. */
export const physicalCurrent: ReadonlySet<string> = new Set(
  (
    "electric electrical alternating direct eddy ocean flow flows flowing ampere amps voltage resistance circuit wire " +
    "liabilities assets ratio induced leakage convection water river transformer magnetic capacitor inductor diode " +
    "resistor rip tidal air conventional ac dc"
  ).split(" "),
);

/** Things that a provider's computer knows of the asker, after `my` or `our`. */
export const ownRecords: ReadonlySet<string> = new Set(
  (
    "order orders package parcel delivery shipment balance account bill bills invoice invoices payment payments refund " +
    "subscription appointment appointments reservation booking flight ticket tickets statement transaction transactions " +
    "calendar schedule inbox emails messages notifications points rewards claim application score usage cart paycheck " +
    "prescription loan mortgage card reminders location playlist alarm alarms meetings agenda plan"
  ).split(" "),
);

/** Asked of one's own record these want its state, which is another each time. */
export const stateWords: ReadonlySet<string> = new Set(
  "status where when balance track tracking arrive due owe left remaining many much list show read check see tell".split(
    " ",
  ),
);

/** Prices of what is traded by the minute. */
export const traded: ReadonlySet<string> = new Set(
  (
    "stock stocks share shares bitcoin btc ethereum eth crypto cryptocurrency gold silver oil gas petrol gasoline diesel " +
    "dollar euro pound yen rupee forex nasdaq dow s&p index commodity ticket tickets flight flights market"
  ).split(" "),
);

export const quotes: ReadonlySet<string> = new Set("price prices rate rates quote value trading worth".split(" "));

/** With these `weather` asks for a forecast, not for what weather is. */
export const forecastWords: ReadonlySet<string> = new Set(
  "forecast outside like in for here at check report update rain raining snow snowing sunny umbrella".split(" "),
);

/** A month or a season asks for climate. */
export const climate: ReadonlySet<string> = new Set(
  (
    "january february march april may june july august september october november december spring summer autumn fall " +
    "winter climate average typical typically usually normal year"
  ).split(" "),
);

/** With one of these `traffic` is that of a page. */
export const webTraffic: ReadonlySet<string> = new Set(
  "website websites site blog page web online organic network seo store shop app server".split(" "),
);
