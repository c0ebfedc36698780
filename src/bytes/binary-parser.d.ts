/** binary-parser publishes its types where an ES module importer does not look. */
declare module 'binary-parser' {
  export * from 'binary-parser/dist/binary_parser.js';
}
