/** The part of WebAssembly that page-hash.ts uses: its types belong to the DOM, which is not there. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};
