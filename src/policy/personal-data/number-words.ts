import { Words } from "./surroundings.ts";

/** What the words say that stand around a number. */

const things = [
  ...[
    "order",
    "invoice",
    "ticket",
    "case",
    "tracking",
    "parcel",
    "shipment",
    "part",
    "serial",
    "model",
    "article",
    "item",
  ],
  ...[
    "batch",
    "lot",
    "build",
    "version",
    "transaction",
    "reference",
    "ref",
    "commit",
    "issue",
    "pull",
    "bug",
    "row",
    "line",
  ],
  ...["page", "record", "request", "session", "isbn", "issn", "doi", "ean", "upc", "gtin", "imei", "sku", "timestamp"],
  ...[
    "bestell",
    "bestellung",
    "auftrag",
    "auftrags",
    "rechnung",
    "rechnungs",
    "artikel",
    "sendung",
    "sendungs",
    "vorgangs",
  ],
  ...["commande", "facture", "colis", "dossier", "pedido", "factura", "albarán", "expediente", "encomenda", "fatura"],
  ...["ordine", "fattura", "spedizione", "bestelling", "factuur", "zamówienie", "zamówienia", "faktura", "faktury"],
  ...["przesyłka", "przesyłki", "ordre", "beställning", "订单", "注文", "주문", "заказ", "заказа"],
];
const numberWords = "number|num|no|nr|nummer|id|code|numéro|número|numero|numer|n[°º]";

/** What follows numbers something else than a person; ends where that number begins. */
export const thingWords = new Words(
  `(?<![a-z])(?:${things.join("|")})(?:[ _-]{0,2}(?:${numberWords}))?[ _-]{0,2}(?:is|ist|est|es)?[ .:#=]{0,3}["']?[ ]{0,2}`,
);

/** The number is called. */
export const callWords = new Words(
  [
    "phone|(?<![a-z])tel(?:[.:]|ef|éf|\\b)|mobile?\\b|móvil|celular|\\bcell\\b|handy|rufnummer|\\bcall (?:me|us|him|her|them|back|at|on|now)|\\bcall[:.]? {0,2}(?=[\\d+(])|\\bdial|\\bring\\b|text me|\\bsms|whats ?app",
    "on signal|\\bfax|reach me|contact|numéro de|portable|cellulare|telemóvel|komór|zadzwo|rufen|ruf mich|appel|llám|llam|chiam",
    "ligue|\\bbel me|\\bbellen?\\b|\\bringa|hotline|numer |电话|手机|電話|携帯|전화|телефон|звон",
  ].join("|"),
);

/** The same, right before a number that could as well be an amount. */
export const callWordsBefore = new Words(`(?:${callWords.pattern})[^\\n\\d]{0,20}`);

/** An amount, a measure or another count: what stands right behind it. */
export const measure =
  /^ ?(?:%|€|\$|£|¥|(?:eur|usd|gbp|pln|zł|kr|chf|euros?|dollars?|pounds?|bytes?|[kmgt]i?b|ms|sec|seconds?|minutes?|hours?|days?|years?|jahre|ans|años|anni|lat|users?|people|rows|tokens?|items|units|meters?|metres?|km|cm|mm|kg|pixels?|px|inhabitants|einwohner|habitants|habitantes|mieszkańców)(?![a-z]))/i;

export const currency = /[$€£¥₹] ?$/;

/** What a number that names a person is called, whichever it is. */
export const personWords =
  "national ?id|identity|identification|id[- ](?:number|no|card)|personal ?(?:number|id|code)|ausweis|identit|identidad|tożsamo|personnummer|personalnummer|身份证|身分|个人番号|주민";
