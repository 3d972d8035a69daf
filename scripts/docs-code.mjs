/**
 * Type-checks every TypeScript block of the docs as a file of its own beside its page, with `reprise` resolved to the
 * source. A block is a whole program: what it uses it imports or declares.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { inProject, root } from "./project.mjs";

const fence = /^```(?:ts|typescript)\n([\s\S]*?)^```/gm;

/** `pages`: text by path. One complaint for each error, at its line on the page. */
export function codeComplaints(pages) {
  const blocks = new Map();
  for (const [path, text] of Object.entries(pages)) {
    for (const match of text.matchAll(fence)) {
      const line = text.slice(0, match.index).split("\n").length;
      const file = join(root, dirname(path), `.block-${path.replaceAll("/", "-")}-${line}.ts`);
      // `export {}` makes a module of a block without imports, so that blocks do not see each other.
      blocks.set(file, { path, line, text: `${match[1]}\nexport {};\n` });
    }
  }
  return blocks.size === 0 ? [] : diagnosticsOf(blocks);
}

function diagnosticsOf(blocks) {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => blocks.has(file) || fileExists(file);
  host.readFile = (file) => blocks.get(file)?.text ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const block = blocks.get(file);
    return block === undefined
      ? getSourceFile(file, language, ...rest)
      : ts.createSourceFile(file, block.text, language, true);
  };
  const program = ts.createProgram([...blocks.keys()], options, host);
  return [...blocks].flatMap(([file, { path, line }]) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start = 0 }) => {
      const at = line + 1 + source.getLineAndCharacterOfPosition(start).line;
      return `${path}:${at}: ${ts.flattenDiagnosticMessageText(messageText, "\n  ")}`;
    });
  });
}

function compilerOptions() {
  const file = inProject("tsconfig.json");
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ["src/index.ts"] }, ts.sys, root);
  return { ...options, noEmit: true, paths: packagePaths() };
}

/** Every entry of the package, from the built file to its source. */
function packagePaths() {
  const { name, exports } = JSON.parse(ts.sys.readFile(inProject("package.json")));
  const paths = {};
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target !== "object") continue;
    const source = target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts");
    if (existsSync(inProject(source))) paths[join(name, entry)] = [`./${relative(root, inProject(source))}`];
  }
  return paths;
}
