// What an image says of itself. The build puts the commit in place of the text below, which has the same length, so
// that the source map stays true.

export const COMMIT = '@@commit-id@';
