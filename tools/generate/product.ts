/**
 * What a generator is: one file that it makes, or one region of a file whose other parts people write. `npm run
 * generate` runs all of products.ts; test/tools/generate/generate.test.ts fails when a file is not as they make it.
 */

/** One product, made from declarations. */
export interface Product {
  /** From the root of the repository. */
  file: string;
  /** The file as it should be. text: the file as it is, '' when there is none. Throws code `no-region`. */
  make(text: string): string;
}
