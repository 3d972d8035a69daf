import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detect } from "./detection.ts";

const found = (text: string) => detect(text).findings.map(({ kind, rule, value }) => `${kind} ${rule} ${value}`);

/** Numbers that authorities, standards and schemes publish as examples, and what sets them apart. */
describe("numbers", () => {
  it.each([
    ["4111 1111 1111 1111", "card visa 4111111111111111"],
    ["4111-1111-1111-1111", "card visa 4111111111111111"],
    ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "card visa 4111111111111111"],
    ["４１１１　１１１１　１１１１　１１１１", "card visa 4111111111111111"],
    ["٤١١١ ١١١١ ١١١١ ١١١١", "card visa 4111111111111111"],
    ["4111\u200b111111111111", "card visa 4111111111111111"],
    ["4111\u034f1111\ufe0f11111111", "card visa 4111111111111111"],
    ["4️⃣1️⃣1️⃣1️⃣ 1111 1111 1111", "card visa 4111111111111111"],
    ["𝟒𝟏𝟏𝟏 𝟷𝟷𝟷𝟷 𝟙𝟙𝟙𝟙 𝟣𝟣𝟣𝟣", "card visa 4111111111111111"],
    ["④①①① ①①①① ❶❶❶❶ ①①①①", "card visa 4111111111111111"],
    ["5105 1051 0510 5100", "card mastercard 5105105105105100"],
    ["⑤①⓪⑤ ①⓪⑤① ⓪⑤①⓪ ⑤①⓿⓪", "card mastercard 5105105105105100"],
    ["4111/1111/1111/1111", "card visa 4111111111111111"],
    ["4111_1111_1111_1111", "card visa 4111111111111111"],
    ["4111\t1111\t1111\t1111", "card visa 4111111111111111"],
    ["**4111** **1111** **1111** **1111**", "card visa 4111111111111111"],
    ["*3782* *822463* *10005*", "card amex 378282246310005"],
    ["5555555555554444", "card mastercard 5555555555554444"],
    ["2223003122003222", "card mastercard 2223003122003222"],
    ["3782 822463 10005", "card amex 378282246310005"],
    ["30569309025904", "card diners 30569309025904"],
    ["6011111111111117", "card discover 6011111111111117"],
    ["3530111333300000", "card jcb 3530111333300000"],
    ["DE89 3704 0044 0532 0130 00", "iban de DE89370400440532013000"],
    ["GB82 WEST 1234 5698 7654 32", "iban gb GB82WEST12345698765432"],
    ["NL91ABNA0417164300", "iban nl NL91ABNA0417164300"],
    ["FR14 2004 1010 0505 0001 3M02 606", "iban fr FR1420041010050500013M02606"],
    ["MT84 MALT 0110 0001 2345 MTLC AST0 01S", "iban mt MT84MALT011000012345MTLCAST001S"],
    ["NO93-8601-1117-947", "iban no NO9386011117947"],
    ["123-45-6789", "national_id us-ssn 123456789"],
    ["ssn 123456789", "national_id us-ssn 123456789"],
    ["AB 12 34 56 C", "national_id uk-nino AB123456C"],
    ["86095742719", "national_id de-steuer-id 86095742719"],
    ["2 55 08 14 168 025 38", "national_id fr-nir 255081416802538"],
    ["12345678Z", "national_id es-dni 12345678Z"],
    ["12.345.678-Z", "national_id es-dni 12345678Z"],
    ["X1234567L", "national_id es-nie X1234567L"],
    ["RSSMRA85T10A562S", "national_id it-codice-fiscale RSSMRA85T10A562S"],
    ["PESEL 44051401359", "national_id pl-pesel 44051401359"],
    ["BSN 111222333", "national_id nl-bsn 111222333"],
    ["85.07.30-033.28", "national_id be-national-number 85073003328"],
    ["756.9217.0769.85", "national_id ch-ahv 7569217076985"],
    ["811228-9874", "national_id se-personnummer 8112289874"],
    ["131052-308T", "national_id fi-henkilotunnus 131052308T"],
    ["710319/2745", "national_id cz-rodne-cislo 7103192745"],
    ["CNP 1630615123457", "national_id ro-cnp 1630615123457"],
    ["390.533.447-05", "national_id br-cpf 39053344705"],
    ["11010519491231002X", "national_id cn-resident-id 11010519491231002X"],
    ["aadhaar 2341 2341 2346", "national_id in-aadhaar 234123412346"],
    ["850101-1234567", "national_id kr-rrn 8501011234567"],
    ["+49 (0)30 901820", "phone international +49030901820"],
    ["+1 (212) 555-0142", "phone international +12125550142"],
    ["0044 20 7946 0958", "phone international +442079460958"],
    ["(212) 555-0142", "phone nanp 2125550142"],
    ["06 12 34 56 78", "phone pairs 0612345678"],
    ["call 5550142", "phone named 5550142"],
  ])("%s is %s", (text, expected) => {
    expect(found(text)).toEqual([expected]);
    expect(found(`(${text}).`)).toEqual([expected]);
    expect(found(`Before ${text}, and behind`)).toEqual([expected]);
  });

  it.each([
    "4111 1111 1111 1112",
    "0000 0000 0000 0000",
    "9111111111111111",
    "x4111111111111111",
    "4111111111111111a",
    "41111111111111111",
    "4111/1111/1111/1112",
    "4111_1111_1111_1111_1111",
    "x_4111_1111_1111_1111",
    "2019\t4111\t1111\t1111\t1111",
    "4111\t1111\t1111\t1111\t2019",
    "a/4111/1111/1111/1111",
    "4111/1111_1111/1111",
    "① 2 ② 1234",
    "1.4111111111111111",
    "DE89 3704 0044 0532 0130 01",
    "XX89370400440532013000",
    "DE8937040044053201300",
    "000-12-3456",
    "666-12-3456",
    "123-00-6789",
    "123-45-0000",
    "GB123456A",
    "12345678A",
    "RSSMRA85T10A562T",
    "44051401359",
    "111222333",
    "2024-05-01 10:20:30",
    "01.05.2024 10",
    "1,234,567,890",
    "3.14159265358979",
    "order 5551234567",
    "550e8400-e29b-41d4-a716-446655440000",
    "1712345678901",
    "1234567",
    "127.0.0.1",
    "0.0.0.0",
    "255.255.255.0",
    "10.0.0.0/8",
    "v1.2.3.4",
    "version 192.168.1.10",
    "1.2.3.4.5",
    "300.1.1.1",
    "::1",
    "12:30:45",
    "00:1b:44:11:3a:b7",
    "std::cafe::a1",
  ])("%s is nothing", (text) => {
    expect(found(text)).toEqual([]);
    expect(found(`Before ${text} and behind`)).toEqual([]);
  });
});

describe("addresses", () => {
  it.each([
    ["Jane.Doe+x@Mail.Example.co.uk", "jane.doe+x@mail.example.co.uk"],
    ["<jane@example.com>", "jane@example.com"],
    ["mailto:jane@example.com?subject=a", "jane@example.com"],
    ["to=jane@example.com&x", "jane@example.com"],
    ["jörg@müller.example", "jörg@müller.example"],
    ["jane＠example．com", "jane@example.com"],
    ["jane﹫example｡com", "jane@example.com"],
    ["jane@example。com", "jane@example.com"],
    ["jane@mail.example.com。你好", "jane@mail.example.com"],
    ["ja\u034fne\u034f@example.com", "jane@example.com"],
    ["https://x.example/?u=jane%40example.com&v=1", "jane@example.com"],
    ["https://x.example?u=jane%40example.com", "jane@example.com"],
    ["jane&#64;example.com", "jane@example.com"],
    ["jane&#x40;example.com", "jane@example.com"],
    ['{"to":"jane\\u0040example.com"}', "jane@example.com"],
    ["jane@example.rs", "jane@example.rs"],
    ["jane@example.com.py", "jane@example.com.py"],
    ["jane@example.com:hunter2xyz", "jane@example.com"],
    ["jane@example.com:20240501", "jane@example.com"],
    ["jane@example.com: hello", "jane@example.com"],
    ["jane@xn--mller-kva.example", "jane@xn--mller-kva.example"],
    ["jane [at] example [dot] com", "jane@example.com"],
    ["jane(at)example.com", "jane@example.com"],
    ["jane dot doe at example dot com", "jane.doe@example.com"],
    ["write to jane at example dot com", "jane@example.com"],
    ["o'hara@example.com", "o'hara@example.com"],
  ])("%s is %s", (text, value) => {
    expect(detect(text).findings.map((one) => one.value)).toEqual([value]);
  });

  it.each([
    "jane@localhost",
    "jane@example",
    "@jane",
    "logo@2x.png",
    "react@18.2.0",
    "git@github.com:acme/app.git",
    "git@github.com:app.git",
    "deploy@host.example.com:releases/app",
    "https://jane@host.example.com",
    "100%40 of it",
    "ssh root@host.example.com",
    "a..b@example.com",
    "jane@-example.com",
    "look at polka dot com",
    "if (at > text.start) at = text.end",
    "a @ b.com",
  ])("%s is none", (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe("of this host and others", () => {
  it.each([
    ["203.0.113.77", "ip ipv4 203.0.113.77"],
    ["http://192.168.1.10:8080/x", "ip ipv4 192.168.1.10"],
    ["from 1.2.3.4", "ip ipv4 1.2.3.4"],
    ["[2001:db8::8a2e:370:7334]:443", "ip ipv6 2001:db8::8a2e:370:7334"],
    ["FE80:0:0:0:202:B3FF:FE1E:8329", "ip ipv6 fe80:0:0:0:202:b3ff:fe1e:8329"],
  ])("%s is %s", (text, expected) => {
    expect(found(text)).toEqual([expected]);
  });
});

describe("what a program calls secret", () => {
  it.each([
    "const token = getToken(request);",
    "readonly token: Uint8Array;",
    "inputTokens: answer?.usage?.inputTokens }",
    "tokens.filter((token) => !known.has(token))",
    "password = process.env.DB_PASSWORD",
    "password: string, secret: Buffer.alloc32",
    "api_key=YOUR_API_KEY_HERE_123",
    "secretName: my-app-secret",
  ])("%s is none", (text) => {
    expect(found(text)).toEqual([]);
  });

  it.each([
    ['password = "Tr0ub4dor&3x"', "Tr0ub4dor&3x"],
    ["my password is hunter2", "hunter2"],
    ["DB_PASSWORD=9f8e7d6c5b4a", "9f8e7d6c5b4a"],
    ["postgres://app:s3cretPw@db/x", "s3cretPw"],
    ["Authorization: Bearer a8f5f167f44f4964e6c998dee827110c", "a8f5f167f44f4964e6c998dee827110c"],
  ])("%s holds one", (text, value) => {
    expect(detect(text).findings.map((one) => one.value)).toEqual([value]);
  });
});

/** Each in time that grows with its length: the square of it would not come to an end within the time of a test. */
describe("a text that is made to take long", () => {
  const length = 300_000;
  it.each([
    ...[
      "1",
      "1 ",
      "1-",
      "1.",
      "0049 ",
      "4111 ",
      "(0)1/",
      "1234567 ",
      "12-",
      "a@",
      "@",
      "a@b.",
      "a.",
      "a dot ",
      " [at] ",
      "4111\t",
      "4111/",
      "4111_",
      "*4111* ",
      "a%40",
      "&#64;",
      "a@b。",
      "①",
      "𝟒",
    ],
    ...[
      "eyJ",
      "eyJ-",
      "eyJ.",
      "sk-",
      "key=",
      "secret=",
      "api_key ",
      "http://a:",
      "://",
      "a:",
      ":",
      "::1:",
      "1.1.",
      "bearer ",
    ],
    ...["DE89 37", "-----BEGIN ", "password is ", "A", "a1", "AB12", " ", "\n", "_", "١", "１ ", "\u200b", "é", "漢"],
  ])("%j over and over", (piece) => {
    expect(detect(piece.repeat(Math.ceil(length / piece.length))).findings.length).toBeLessThanOrEqual(10_000);
  });

  it.each(["a", "key="])("%j over and over, as long as answers may be", (piece) => {
    const token = `AKIA${"Q7RZ".repeat(4)}`;
    const text = `${piece.repeat(8_000_000 / piece.length)}.${token}`;
    expect(detect(text).findings.map(({ value }) => value)).toContain(token);
  });

  it("of any pieces comes to an end, and findings stand in it in their order", () => {
    const pieces = fc.constantFrom(..."0123456789 .-/()+@:=aAeEyJ_kDE\n[]\"'１é".split(""), "key", "dot", "://", "at");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 300 }), (parts) => {
        const { findings, text } = detect(parts.join(""));
        let before = 0;
        for (const { start, end } of findings) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          before = end;
        }
        expect(before).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 300 },
    );
  });
});
